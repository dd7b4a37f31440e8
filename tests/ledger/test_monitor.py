"""A stranger who follows a log: what goes on is kept, and what contradicts it is complained of with
where, why and what to do."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.main import main
from aboveboard.ledger.format.entry import NewEntry
from aboveboard.ledger.format.handle_index import COMMITTED, runs_as_json
from aboveboard.ledger.format.note import Signer
from tests.ledger.logs import SIGNER, write_log
from tests.ledger.own_lists import PersonsLog


class Stranger:
    """Somebody who visits a log in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.log = folder / "log"
        self.state = folder / "state"
        self._capsys = capsys

    def publish(self, log: PersonsLog, signer: Signer = SIGNER) -> None:
        write_log(self.log, log.bodies, signer)

    def visit(self, *more: str, where: str = "") -> tuple[int, str]:
        code = main(
            [
                *("ledger", "monitor", where or str(self.log)),
                *("--state", str(self.state), "--vkey", SIGNER.vkey, *more),
            ]
        )
        return code, self._capsys.readouterr().out


@pytest.fixture
def stranger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Stranger:
    return Stranger(tmp_path, capsys)


def used_by_three(count: int) -> PersonsLog:
    log = PersonsLog()
    for at in range(count):
        log.use_data(("ada", "ben", "cleo")[at % 3])
    return log


def test_a_log_is_followed_over_files_and_over_the_web(stranger: Stranger) -> None:
    log = used_by_three(300)
    log.commit(200, 300)
    stranger.publish(log)
    assert "300" in stranger.visit()[1]
    for _ in range(260):
        log.use_data("ada")
    log.commit(200, len(log.bodies))
    log.use_data("ben")
    # Merged, and cut where no run ended before.
    log.commit(100, len(log.bodies))
    stranger.publish(log)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(stranger.log.parent))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        # The trust centre's address: the log is below it.
        code, printed = stranger.visit(where=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    assert (code, "263 of them new" in printed) == (0, True), printed
    code, printed = stranger.visit("--json")
    shown = json.loads(printed)
    assert (code, shown["new"], shown["committed_to"]) == (0, 0, 563)


@pytest.mark.parametrize(
    "lie", ["omitted", "foreign", "swapped", "backwards", "ahead", "malformed"]
)
def test_a_commitment_that_is_not_the_log_is_named(stranger: Stranger, lie: str) -> None:
    log = used_by_three(9)
    log.commit()
    stranger.publish(log)
    assert stranger.visit()[0] == 0
    log.use_data("ada")
    other = PersonsLog([*log.bodies], dict(log.counts))
    size = len(log.bodies)
    if lie == "omitted":
        other.bodies[-1] = other.bodies[4]
    elif lie == "foreign":
        other.bodies[-1] = used_by_three(20).bodies[19]
    elif lie == "swapped":
        other.bodies[1], other.bodies[2] = other.bodies[2], other.bodies[1]
    runs = runs_as_json([other.run(0, {"backwards": 4, "ahead": size}.get(lie, size))])
    if lie == "ahead":
        runs = [{"end": size + 5, "records": 9, "root": "0" * 64}]
    elif lie == "malformed":
        runs = [{"end": "x"}]
    log.write(NewEntry(COMMITTED, SYSTEM, clock.now(), None, {"runs": runs}))
    stranger.publish(log)
    code, printed = stranger.visit()
    assert code == 1
    assert "wrong_commitment" in printed
    assert f"place {size:,}" in printed
    assert "supervisory authority" in printed
    assert stranger.visit()[0] == 1, "it is not forgotten"


def test_a_fork_a_cut_and_a_changed_beginning_are_complained_of(stranger: Stranger) -> None:
    log = used_by_three(600)
    log.commit()
    stranger.publish(log)
    assert stranger.visit()[0] == 0
    cut = PersonsLog(log.bodies[:500])
    stranger.publish(cut)
    code, printed = stranger.visit()
    assert (code, "stale" in printed) == (1, True)
    fork = PersonsLog([*log.bodies[:599], log.bodies[0], *log.bodies[600:], log.bodies[1]])
    stranger.publish(fork)
    code, printed = stranger.visit()
    assert (code, "fork" in printed, "seen.json" in printed) == (1, True, True)
    again = PersonsLog([*log.bodies], dict(log.counts))
    stranger.publish(again)
    code, printed = stranger.visit("--json")
    # The log as it was is shown again; that another was signed stays known.
    assert code == 1
    assert {each["what"] for each in json.loads(printed)["findings"]} <= {"fork", "stale"}


def test_what_waits_too_long_to_be_committed_to_is_said(stranger: Stranger) -> None:
    log = used_by_three(3)
    stranger.publish(log)
    code, printed = stranger.visit()
    assert (code, "not_committed" in printed, "worker" in printed) == (1, True, True)
    log.commit()
    stranger.publish(log)
    assert stranger.visit()[0] == 0, "what is mended is forgotten"
    code, printed = stranger.visit("--max-age", "1m")
    assert (code, "no sign of life" in printed) == (1, True)


def test_a_state_that_is_another_logs_or_is_not_whole_is_refused(
    stranger: Stranger, capsys: pytest.CaptureFixture[str]
) -> None:
    log = used_by_three(5)
    log.commit()
    stranger.publish(log)
    stranger.visit()
    for run in (stranger.state / "runs").glob("*.run"):
        run.unlink()
    assert stranger.visit()[0] == 2
    (stranger.state / "state.json").write_text('{"v": 9}')
    assert stranger.visit()[0] == 2
    assert main(["ledger", "monitor", str(stranger.log), "--state", str(stranger.state)]) == 2
    assert "--vkey" in capsys.readouterr().err
