"""What an operator meets when something of the instance is gone, away or another's: it is named,
and nothing is made up."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from pathlib import Path
from threading import Event

import pytest
import yaml

from aboveboard.commands import exits, main
from tests.commands.conftest import Run, clean_environment, command
from tests.commands.forking import Forking
from tests.world import PROMISE_FILE

pytestmark = pytest.mark.slow

HOME = ("--home", "home")


@pytest.fixture(scope="module")
def made(forking: Forking, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a promise in force and its log published; each test works on a copy."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copy(PROMISE_FILE, folder / "promise.yaml")
    for words in (["init", "home", "--promise", "promise.yaml"], ["worker", "--once", *HOME]):
        done = forking.run(
            words, environment=clean_environment(), folder=folder, typed="", timeout=180
        )
        assert done.returncode == exits.DONE, done.stderr
    return folder / "home"


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def files(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()
    }


def found(aboveboard: Run) -> dict[str, dict[str, str]]:
    seen = aboveboard("doctor", *HOME, "--json")
    assert seen.returncode == exits.ATTENTION, seen.stderr
    return {check["name"]: check for check in json.loads(seen.stdout)}


@pytest.mark.parametrize(
    ("left", "commands"),
    [
        (None, [["serve", "--port", "1"], ["worker", "--once"], ["migrate"], ["ledger", "verify"]]),
        (b"", [["serve", "--port", "1"]]),
    ],
    ids=["gone", "emptied"],
)
def test_a_database_file_that_is_gone_stops_everything_and_none_is_made(
    aboveboard: Run, home: Path, left: bytes | None, commands: list[list[str]]
) -> None:
    for file in home.glob("aboveboard.sqlite3*"):
        file.unlink()
    if left is not None:
        (home / "aboveboard.sqlite3").write_bytes(left)
    before = files(home)
    for words in commands:
        refused = aboveboard(*words, *HOME)
        assert refused.returncode == exits.UNAVAILABLE, (words, refused.stderr)
        assert "aboveboard.sqlite3 is gone" in refused.stderr
        assert "operate.md" in refused.stderr
    checks = found(aboveboard)
    assert "is gone" in checks["database"]["message"]
    assert "restore" in checks["database"]["step"]
    assert checks["keys"]["verdict"] == "ok"
    assert "ledger" not in checks
    assert files(home) == before


@pytest.mark.parametrize("lost", ["nothing", "its checkpoint"])
def test_a_database_made_anew_publishes_no_key_beside_the_log(
    aboveboard: Run, home: Path, lost: str
) -> None:
    for file in home.glob("aboveboard.sqlite3*"):
        file.unlink()
    (home / "aboveboard.sqlite3").write_bytes(b"")
    other = home.with_name("other")
    assert aboveboard("init", "other").returncode == exits.DONE
    shutil.copy(other / "aboveboard.sqlite3", home / "aboveboard.sqlite3")
    shutil.copy(other / "root.key", home / "root.key")
    if lost == "its checkpoint":
        (home / "log" / "checkpoint").unlink()
    before = files(home / "log")
    assert aboveboard("worker", "--once", *HOME).returncode == exits.ATTENTION
    assert files(home / "log") == before
    ledger = found(aboveboard)["ledger"]
    assert ledger["verdict"] == "act"
    assert (
        "older copy" in ledger["message"]
        if lost == "nothing"
        else "never signed with" in ledger["message"]
    )
    assert "Restore the newest copy" in ledger["step"]


def test_the_doctor_sees_a_database_older_than_the_published_log(
    aboveboard: Run, home: Path
) -> None:
    older = (home / "aboveboard.sqlite3").read_bytes()
    assert not list(home.glob("*-wal")), "a copy of the file alone is the whole database"
    assert (
        aboveboard(
            "staff", "add", "a@example.org", "--name", "A", "--role", "adviser", *HOME
        ).returncode
        == exits.DONE
    )
    assert aboveboard("worker", "--once", *HOME).returncode == exits.DONE
    (home / "aboveboard.sqlite3").write_bytes(older)
    assert found(aboveboard)["ledger"]["message"].startswith("The published log has ")


@pytest.mark.parametrize("fault", ["missing", "another's", "readable by all"])
def test_without_its_root_key_nothing_starts(aboveboard: Run, home: Path, fault: str) -> None:
    key = home / "root.key"
    if fault == "missing":
        key.unlink()
    elif fault == "another's":
        key.write_text("00" * 32)
    else:
        key.chmod(0o644)
    for words in (["serve", "--port", "1"], ["worker"]):
        refused = aboveboard(*words, *HOME)
        assert refused.returncode == (
            exits.DAMAGED if fault == "another's" else exits.UNAVAILABLE
        ), refused.stderr
        assert "root key" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_missing_signing_key_is_named_with_what_a_new_one_costs(
    aboveboard: Run, home: Path
) -> None:
    (home / "signing.key").unlink()
    refused = aboveboard("serve", *HOME)
    assert refused.returncode == exits.MISCONFIGURED
    assert "signing.key" in refused.stderr
    assert "Put it back" in refused.stderr
    assert "init" not in refused.stderr
    checks = found(aboveboard)
    assert "signs everyone out" in checks["keys"]["step"]
    assert checks["database"]["verdict"] == "act"
    step = checks["keys"]["step"].partition("out: ")[2]
    subprocess.run(["sh", "-c", step], check=True)
    assert aboveboard("ledger", "verify", *HOME).returncode == exits.DONE


AWAY = "postgresql://a:b@127.0.0.1:1/x?connect_timeout=1"


@pytest.mark.slow
def test_a_database_that_is_away_is_said_and_not_blamed(home: Path) -> None:
    (home.parent / "people.csv").write_text("customer_id\nAW1\n")
    environment = clean_environment() | {"ABOVEBOARD_DATABASE_URL": AWAY}
    asked = [
        ["import", "people.csv", "--sample-mapping"],
        ["ledger", "verify", "--json"],
        ["worker", "--once"],
    ]
    running = [  # beside each other: each waits as long as a connection may take
        subprocess.Popen(
            command(*words, *HOME),
            cwd=home.parent,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in asked
    ]
    for words, process in zip(asked, running, strict=True):
        _, said = process.communicate(timeout=60)
        assert process.returncode == exits.UNAVAILABLE, (words, said)
        assert "cannot be reached" in said, words
        assert "Traceback" not in said, words


def test_home_may_stand_anywhere() -> None:
    known = main.find_commands()
    for words in (
        ["--home", "x", "ledger", "verify"],
        ["ledger", "--home", "x", "verify"],
        ["ledger", "verify", "--home", "x"],
        ["incident", "list", "--home", "x"],
        ["promise", "adopt", "p.yaml", "--home", "x"],
    ):
        given = main.build_parser(
            known, next(word for word in words if word in {"ledger", "incident", "promise"})
        ).parse_args(words)
        assert given.home == "x", words


def test_a_folder_may_be_called_as_a_command_is(aboveboard: Run, home: Path) -> None:
    home.rename(home.with_name("demo"))
    assert aboveboard("--home", "demo", "ledger", "verify").returncode == exits.DONE


def test_the_sample_mapping_can_be_printed_and_used(aboveboard: Run, home: Path) -> None:
    printed = aboveboard("import", "--print-sample-mapping")
    assert printed.returncode == exits.DONE
    (home.parent / "mapping.yaml").write_text(printed.stdout)
    sample = yaml.safe_load(printed.stdout)
    columns = [*sample["columns"], *sample["dropped"]]
    (home.parent / "people.csv").write_text(",".join(columns) + "\n")
    imported = aboveboard("import", "people.csv", "--mapping", "mapping.yaml", *HOME)
    assert imported.returncode == exits.DONE, imported.stderr
    (home.parent / "mapping.yaml").write_text("- no\n")
    refused = aboveboard("import", "people.csv", "--mapping", "mapping.yaml", *HOME)
    assert "aboveboard import --print-sample-mapping" in refused.stderr
    assert aboveboard("import", "--sample-mapping", *HOME).returncode == exits.INVALID


def test_a_demo_served_on_another_port_links_to_that_port(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aboveboard.basics import settings
    from aboveboard.commands import demo

    monkeypatch.delenv("ABOVEBOARD_SERVER_ORIGIN", raising=False)
    seen: list[str] = []

    def start(folder: Path) -> None:
        seen.append(settings.load(folder, os.environ).server.origin)

    monkeypatch.setattr("aboveboard.commands.instance.init.start", start)
    monkeypatch.setattr("aboveboard.commands.instance.schema.check_file", lambda current: None)
    # Not read here, where the process would keep it: the next test has another origin.
    monkeypatch.setattr(settings, "current", lambda: None)
    try:
        demo._start(home, 8123)
    finally:
        os.environ.pop("ABOVEBOARD_SERVER_ORIGIN", None)
    assert seen == ["http://127.0.0.1:8123"]


def test_a_demo_leaves_nothing_to_wait(aboveboard: Run, tmp_path: Path) -> None:
    made = aboveboard("demo", "--home", "home", "--people", "60", "--no-serve", "--port", "18767")
    assert made.returncode == exits.DONE, made.stderr
    verified = aboveboard("ledger", "verify", *HOME)
    assert verified.returncode == exits.DONE, verified.stdout
    assert "0 entries wait" in verified.stdout


def test_the_worker_sequences_once_more_when_it_stops_and_sweeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aboveboard.commands import limits
    from aboveboard.commands.instance import worker

    turns: list[str] = []

    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "close_connection", lambda: None)
    stop = Event()
    swept: list[object] = []
    monkeypatch.setattr(
        "aboveboard.incidents.leaks.staging.delete_expired", lambda *, at: swept.append(at) or 3
    )
    for remembers in ("erased", "held_back"):
        monkeypatch.setattr(f"aboveboard.intake.{remembers}.delete_expired", lambda *, at: 0)
    for forgets in ("clients.tokens", "clients.idempotency", "code_tries"):
        monkeypatch.setattr(f"aboveboard.accounts.{forgets}.sweep", lambda *, at: 0)
    for visitors in ("seal_batch", "sweep"):
        monkeypatch.setattr(f"aboveboard.website.actions.{visitors}", lambda *, at: 0)
    monkeypatch.setattr("aboveboard.delivery.webhooks.actions.sweep", lambda *, at: 0)
    monkeypatch.setattr("aboveboard.rights.running.due.do_what_is_due", lambda *, at: 0)
    monkeypatch.setattr("aboveboard.rights.requests.mailbox.propose_new", lambda *, at: 0)
    sweeping = worker.make_loops("w", stop)[-1]
    assert sweeping.name == "sweeping"
    assert sweeping.pause == limits.SWEEP_PAUSE
    assert sweeping.run_until_idle()
    assert len(swept) == 1

    def stopped(name: str, stop: Event) -> list[worker.WorkLoop]:
        stop.set()
        return [
            worker.WorkLoop(kind, lambda kind=kind: turns.append(kind) is not None, stop)
            for kind in ("sequencing", "jobs")
        ]

    monkeypatch.setattr(worker, "make_loops", stopped)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr("aboveboard.keys.queries.check_root_key", lambda: None)
    monkeypatch.setattr("aboveboard.commands.instance.upgrading.prepare", lambda say: None)
    assert worker.run(argparse.Namespace(once=False)) == exits.DONE
    assert turns == ["sequencing"]


def test_once_takes_turns_until_nothing_waits_and_the_last_entries_have_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A job queues a notice, to send it writes an entry: nothing is left for the next run."""
    from aboveboard.commands.instance import worker

    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    waits = {"jobs": 2, "sending": 0, "sequencing": 0, "witnessing": 0}
    leads_to = {"jobs": "sending", "sending": "sequencing", "sequencing": "witnessing"}

    def turn(kind: str) -> bool:
        worked = waits[kind] > 0
        if worked:
            waits[kind] -= 1
            if kind in leads_to:
                waits[leads_to[kind]] += 1
        return worked and kind not in ("sequencing", "witnessing")

    def all_of(kind: str) -> bool:
        """As the ledger's turn does: everything that waits, and no more is due."""
        while waits[kind]:
            turn(kind)
        return False

    loops = [
        worker.WorkLoop("sequencing", lambda: all_of("sequencing"), Event()),
        worker.WorkLoop("witnessing", lambda: all_of("witnessing"), Event()),
        worker.WorkLoop("sending", lambda: turn("sending"), Event()),
        worker.WorkLoop("jobs", lambda: turn("jobs"), Event()),
    ]
    assert worker.run_until_idle(loops)
    assert not any(waits.values())

    def fails() -> bool:
        raise OSError

    assert not worker.run_until_idle([*loops, worker.WorkLoop("failing", fails, Event())])
