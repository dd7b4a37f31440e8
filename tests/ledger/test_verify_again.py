"""A check that was broken off goes on where it was, and trusts no more than it saw; a later one
knows what an earlier one saw."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import open_note
from aboveboard.ledger.format.cosignature import ED25519, ML_DSA_44, Cosigner
from aboveboard.ledger.format.tree import leaf_hash, root_of
from aboveboard.ledger.verify import log as verifying
from aboveboard.ledger.verify.ahead import ReadAhead
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.fresh import FreshnessPolicy
from aboveboard.ledger.verify.history import SeenCheckpoint, append_seen, read_seen
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogDirectory, SourceUnreadable
from tests.ledger.logs import AT, SIGNER, bodies, write_log

TRUSTED = [SIGNER.verifier]
WITNESSES = [
    Cosigner("witness.example/w1", ED25519, bytes(32)),
    Cosigner("witness.example/w2", ML_DSA_44, bytes(32)),
]


class Counting(LogDirectory):
    """A folder that counts what is read of it, and can stop answering."""

    def __init__(self, path: Path, most: int = 10**9) -> None:
        super().__init__(path)
        self.count = 0
        self._most = most

    def read(self, name: str) -> bytes | None:
        self.count += 1
        if self.count > self._most:
            raise SourceUnreadable(where=name, found="it was unplugged")
        return super().read(name)


def check(path: Path, place: Path) -> VerificationReport:
    return verify_log(LogDirectory(path), TRUSTED, place=place)[0]


def found(report: VerificationReport) -> list[FindingKind]:
    return [finding.what for finding in report.findings]


def test_a_check_that_was_broken_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "KEEP_EVERY", 0.0)
    write_log(tmp_path / "log", bodies(3_000))
    place = tmp_path / "place.json"
    with pytest.raises(SourceUnreadable):
        verify_log(Counting(tmp_path / "log", most=15), TRUSTED, place=place)
    assert 0 < json.loads(place.read_text())["size"] < 2_816
    rest = Counting(tmp_path / "log")
    report = verify_log(rest, TRUSTED, place=place)[0]
    assert report.findings == []
    assert report.resumed_at > 0
    assert report.resumed_at + report.entries == 3_000
    assert json.loads(place.read_text())["size"] == 2_816
    write_log(tmp_path / "log", bodies(3_500))
    assert check(tmp_path / "log", place).findings == []


@pytest.mark.crash
def test_a_check_killed_at_any_moment_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "KEEP_EVERY", 0.0)
    write_log(tmp_path / "log", bodies(6_000))
    place = tmp_path / "place.json"
    killed = 0
    for turn in range(20):
        process = os.fork()
        if not process:
            try:
                check(tmp_path / "log", place)
            finally:
                os._exit(0)
        time.sleep(0.004 * turn)
        os.kill(process, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) < 0
        assert not place.exists() or json.loads(place.read_text())["size"] % 256 == 0
    assert killed
    report = check(tmp_path / "log", place)
    assert report.findings == []
    assert report.size == 6_000


def test_a_beginning_that_changed_since_is_a_fork(tmp_path: Path) -> None:
    place = tmp_path / "place.json"
    write_log(tmp_path / "log", bodies(1_000))
    assert check(tmp_path / "log", place).ok
    write_log(tmp_path / "other", [*bodies(9), *bodies(2_000)[10:]])
    before = place.read_text()
    assert FindingKind.FORK in found(check(tmp_path / "other", place))
    assert place.read_text() == before, "what does not hold must not move the place"


def test_a_place_that_was_tampered_with_cannot_make_a_log_whole(tmp_path: Path) -> None:
    write_log(tmp_path / "log", bodies(1_000))
    place = tmp_path / "place.json"
    assert check(tmp_path / "log", place).ok
    kept = json.loads(place.read_text())
    kept["peaks"][0] = "00" * 32
    place.write_text(json.dumps(kept))
    assert found(check(tmp_path / "log", place)) == [FindingKind.FORK]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"v":1,"origin":"localhost/log","size":255,"peaks":[]}',
        '{"v":1,"origin":"x","size":0,"peaks":[]}',
    ],
)
def test_a_place_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    write_log(tmp_path / "log", bodies(10))
    (tmp_path / "place.json").write_text(text)
    with pytest.raises(Invalid):
        check(tmp_path / "log", tmp_path / "place.json")


def test_nothing_is_kept_of_a_log_that_is_not_whole(tmp_path: Path) -> None:
    write_log(tmp_path / "log", bodies(600))
    (tmp_path / "log/tile/entries/001").unlink()
    assert found(check(tmp_path / "log", tmp_path / "place.json")) == [FindingKind.MISSING_ENTRY]
    assert not (tmp_path / "place.json").exists()


def test_two_checkpoints_that_were_seen_are_held_against_each_other(tmp_path: Path) -> None:
    heads = {
        name: write_log(tmp_path / name, entries)
        for name, entries in (("a", bodies(300)), ("b", [*bodies(9), *bodies(301)[10:]]))
    }
    kept = tmp_path / "seen.json"
    for name in heads:
        note = (tmp_path / name / "checkpoint").read_text()
        append_seen(
            kept,
            read_seen(kept, TRUSTED),
            SeenCheckpoint(open_note(note, SIGNER.verifier), note, f"day {name}"),
        )
    write_log(tmp_path / "later", bodies(900))
    report = verify_log(LogDirectory(tmp_path / "later"), TRUSTED, seen=read_seen(kept, TRUSTED))[0]
    assert set(found(report)) == {FindingKind.FORK}
    assert any(
        "contradict each other" in finding.sentence and "day a" in finding.sentence
        for finding in report.findings
    )


def test_a_seen_checkpoint_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "seen.json"
    for text in (
        "nonsense",
        '{"note": 3}',
        "{}",
        json.dumps({"note": "localhost/log\n1\nAAAA\n\n"}),
    ):
        kept.write_text(text)
        with pytest.raises(Invalid):
            read_seen(kept, TRUSTED)


def cosign(path: Path, name: str, *by: Cosigner, at: int) -> None:
    note = (path / "checkpoint").read_text()
    text = note.partition("\n\n")[0] + "\n"
    (path / name).write_text(note + "".join(one.line(text, at) for one in by))


def demanded(path: Path, quorum: int = 2, max_age: timedelta | None = None) -> VerificationReport:
    demands = FreshnessPolicy(AT, [one.key for one in WITNESSES], quorum, max_age)
    return verify_log(LogDirectory(path), TRUSTED, demands=demands)[0]


def test_witnesses_that_are_demanded_must_have_cosigned(tmp_path: Path) -> None:
    at = int(AT.timestamp())
    write_log(tmp_path, bodies(300))
    assert found(demanded(tmp_path)) == [FindingKind.NOT_WITNESSED]
    cosign(tmp_path, "checkpoint", WITNESSES[0], at=at)
    assert found(demanded(tmp_path)) == [FindingKind.NOT_WITNESSED]
    assert demanded(tmp_path, quorum=1).ok
    # An earlier checkpoint that both witnessed counts, because the log begins with it.
    write_log(tmp_path, bodies(200))
    cosign(tmp_path, "witnessed", *WITNESSES, at=at)
    write_log(tmp_path, bodies(300))
    report = demanded(tmp_path)
    assert report.findings == []
    assert [(one.witness, one.size) for one in report.witnessed] == [
        ("witness.example/w1", 200),
        ("witness.example/w2", 200),
    ]
    # One of another history does not.
    write_log(tmp_path, [*bodies(9), *bodies(301)[10:]])
    assert found(demanded(tmp_path)) == [FindingKind.FORK, FindingKind.NOT_WITNESSED]


def test_of_a_witness_seen_twice_the_later_cosignature_stands(tmp_path: Path) -> None:
    early, late = int(AT.timestamp()), int(AT.timestamp()) + 60
    for older, newer, size in ((early, late, 300), (late, early, 200), (early, early, 300)):
        write_log(tmp_path, bodies(200))
        cosign(tmp_path, "witnessed", WITNESSES[0], at=older)
        write_log(tmp_path, bodies(300))
        cosign(tmp_path, "checkpoint", WITNESSES[0], at=newer)
        report = demanded(tmp_path, quorum=1)
        moment = AT + timedelta(seconds=max(older, newer) - early)
        assert [(one.size, one.at) for one in report.witnessed] == [(size, clock.to_text(moment))]


def test_a_place_at_the_very_end_of_the_log_is_no_other_logs(tmp_path: Path) -> None:
    write_log(tmp_path / "log", bodies(512))
    assert check(tmp_path / "log", tmp_path / "place.json").findings == []
    again = check(tmp_path / "log", tmp_path / "place.json")
    assert (again.findings, again.resumed_at) == ([], 512)


def test_a_place_that_an_earlier_version_kept_is_read(tmp_path: Path) -> None:
    """The form of version 1, as a file on somebody's disk has it."""
    write_log(tmp_path / "log", bodies(300))
    peak = root_of([leaf_hash(body) for body in bodies(256)]).hex()
    kept = {"v": 1, "origin": "localhost/log", "size": 256, "peaks": [peak]}
    place = tmp_path / "place.json"
    place.write_text(json.dumps(kept))
    report = check(tmp_path / "log", place)
    assert (report.findings, report.resumed_at) == ([], 256)
    place.write_text(json.dumps(kept | {"v": 2}))
    with pytest.raises(Invalid):
        check(tmp_path / "log", place)


def test_a_cosignature_that_is_wrong_counts_as_none(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(3))
    cosign(tmp_path, "checkpoint", *WITNESSES, at=int(AT.timestamp()))
    assert demanded(tmp_path).ok
    note = (tmp_path / "checkpoint").read_text()
    write_log(tmp_path, bodies(4))
    (tmp_path / "checkpoint").write_text(
        (tmp_path / "checkpoint").read_text() + "".join(note.splitlines(keepends=True)[-2:])
    )
    assert found(demanded(tmp_path)) == [FindingKind.NOT_WITNESSED]


def test_an_old_head_is_stale_unless_a_witness_says_that_it_is_the_newest(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(3))  # entries of the moment AT
    hour = timedelta(hours=1)

    def at(late: timedelta) -> list[FindingKind]:
        demands = FreshnessPolicy(AT + late, [WITNESSES[1].key], 0, hour)
        return found(verify_log(LogDirectory(tmp_path), TRUSTED, demands=demands)[0])

    assert at(hour) == []
    assert at(2 * hour) == [FindingKind.STALE]
    cosign(tmp_path, "checkpoint", WITNESSES[1], at=int((AT + 2 * hour).timestamp()))
    assert at(2 * hour) == []
    assert at(4 * hour) == [FindingKind.STALE]


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 1, 700, 66_000])
def test_reading_ahead_finds_the_same(tmp_path: Path, size: int) -> None:
    write_log(tmp_path, bodies(size))
    with ReadAhead(LogDirectory(tmp_path)) as source:
        report = verify_log(source, TRUSTED)[0]
    assert (report.findings, report.entries) == ([], size)
    if size == 700:
        (tmp_path / "tile/entries/001").unlink()
        with ReadAhead(LogDirectory(tmp_path)) as source:
            assert found(verify_log(source, TRUSTED)[0]) == [FindingKind.MISSING_ENTRY]


def test_the_head_of_another_log_does_not_fit_a_place(tmp_path: Path) -> None:
    write_log(tmp_path / "log", bodies(600))
    place = tmp_path / "place.json"
    check(tmp_path / "log", place)
    write_log(tmp_path / "shorter", bodies(300))
    with pytest.raises(Invalid):
        check(tmp_path / "shorter", place)
