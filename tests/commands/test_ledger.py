"""``aboveboard ledger``: what an auditor types, and what comes back."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from aboveboard.basics import sealing, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.basics.errors import AboveboardError, Invalid, NotFound
from aboveboard.commands import ledger as command
from aboveboard.commands.ledger.proving import ProofDoesNotHold, SaysAnother
from aboveboard.ledger import actions
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.format.cosignature import ML_DSA_44, Cosigner
from aboveboard.ledger.format.note import NoteRefused
from aboveboard.ledger.verify.sources import SourceUnreadable
from tests.ledger.logs import SIGNER, bodies, write_log

KEY = f"--vkey={SIGNER.vkey}"


def parsed(*words: object) -> Namespace:
    parser = ArgumentParser()
    command.configure(parser)
    return parser.parse_args([str(word) for word in words])


def run(*words: object) -> int:
    return command.run(parsed(*words))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    write_log(tmp_path / "log", bodies(300))
    return tmp_path / "log"


@pytest.fixture
def instance_ids(db: None) -> list[int]:
    with transaction.atomic():
        ids = actions.append_many(
            [NewEntry("use.granted", SYSTEM, now(), "a" * 32, {"n": n}) for n in range(300)]
        )
    actions.sequence(at=now(), signer=SIGNER)
    return ids


def test_only_what_concerns_this_instance_needs_one() -> None:
    assert not command.NEEDS_INSTANCE(parsed("verify", "https://trust.example/log"))
    assert all(
        command.NEEDS_INSTANCE(parsed(*words))
        for words in (["verify"], ["show", "0"], ["proof", "1"], ["key"])
    )


def test_a_whole_copy_verifies(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", log, KEY) == 0
    said = capsys.readouterr().out
    assert "300 entries" in said
    assert "The log itself named this key" not in said


def test_without_a_key_the_logs_own_word_is_taken_and_that_is_said(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Invalid):
        run("verify", log)
    (log / "vkey").write_text(f"{SIGNER.vkey}\n")
    assert run("verify", log) == 0
    assert "The log itself named this key" in capsys.readouterr().out


def test_a_changed_copy_is_named_and_the_exit_code_is_1(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = log / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"n":77', b'"n":78'))
    assert run("verify", log, KEY) == 1
    assert "Entry 77 was changed" in capsys.readouterr().out
    assert run("verify", log, KEY, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert [(finding["what"], finding["leaf_index"]) for finding in report["findings"]] == [
        ("changed_entry", 77)
    ]


def test_what_was_remembered_is_held_against_what_is_shown(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = tmp_path / "seen.txt"
    seen.write_bytes((log / "checkpoint").read_bytes())  # as earlier versions wrote it
    write_log(tmp_path / "grown", bodies(400))
    assert run("verify", tmp_path / "grown", KEY, "--remember", seen) == 0
    assert [json.loads(line)["note"] for line in seen.read_text().splitlines()] == [
        (tmp_path / name / "checkpoint").read_text() for name in ("log", "grown")
    ]
    capsys.readouterr()
    write_log(tmp_path / "other", [*bodies(9), *bodies(500)[10:]])
    assert run("verify", tmp_path / "other", KEY, "--remember", seen) == 1
    assert "does not begin with the checkpoint of 400 entries seen on" in capsys.readouterr().out
    # The evidence is kept: from now on the two signed checkpoints contradict each
    # other, whichever log is shown.
    write_log(tmp_path / "more", bodies(600))
    assert run("verify", tmp_path / "more", KEY, "--remember", seen) == 1
    assert "does not begin with the checkpoint of 499 entries" in capsys.readouterr().out


def test_an_archive_and_an_instances_folder_are_checked_like_the_log(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root.key").write_text("no file of a log")
    for kind in ("zip", "tar", "gztar"):
        packed = shutil.make_archive(
            str(tmp_path.parent / f"{tmp_path.name}-{kind}"), kind, tmp_path
        )
        assert run("verify", packed, KEY) == 0
    assert run("verify", tmp_path, KEY) == 0
    (log / "tile/entries/001.p/44").write_bytes(b"")
    packed = shutil.make_archive(str(tmp_path.parent / f"{tmp_path.name}-changed"), "tar", tmp_path)
    assert run("verify", packed, KEY) == 1
    assert "Entry 256 is missing" in capsys.readouterr().out
    (tmp_path / "damaged.zip").write_bytes(
        Path(shutil.make_archive(str(tmp_path.parent / "whole"), "zip", log)).read_bytes()[:-30]
    )
    with pytest.raises((Invalid, SourceUnreadable)):
        run("verify", tmp_path / "damaged.zip", KEY)


def test_what_is_demanded_is_said_where_it_is_missing(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = Cosigner("witness.example/w1", ML_DSA_44, bytes(32))
    words = ["verify", log, KEY, f"--witness={witness.key.vkey}"]
    assert run(*words) == 1
    assert "0 of the 1 witnesses" in capsys.readouterr().out
    note = (log / "checkpoint").read_text()
    (log / "checkpoint").write_text(
        note + witness.line(note.partition("\n\n")[0] + "\n", int(now().timestamp()))
    )
    assert run(*words, "--max-age", "2h") == 0
    assert "witness.example/w1 cosigned it at 300 entries" in capsys.readouterr().out
    assert run("verify", log, KEY, "--max-age", "2h") == 1
    assert "no sign of life" in capsys.readouterr().out
    with pytest.raises(Invalid):
        run(*words, "--quorum", "2")


@pytest.mark.parametrize("where", ["nowhere", "http://127.0.0.1:1/log"])
def test_what_cannot_be_read_is_an_error_and_not_a_finding(where: str) -> None:
    with pytest.raises((Invalid, SourceUnreadable)):
        run("verify", where, KEY)


def test_a_key_that_is_no_key_is_refused(log: Path) -> None:
    with pytest.raises(NoteRefused):
        run("verify", log, "--vkey", "trust.example/log+00000000+AAAA")


def test_this_instance_verifies_and_a_changed_row_is_named(
    instance_ids: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", KEY) == 0
    assert "300 rows" in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'use.grantee' WHERE leaf_index = 255")
    assert run("verify", KEY) == 1
    assert f"Entry {instance_ids[255]} at place 255 was changed" in capsys.readouterr().out


def test_an_entry_is_shown_and_proved(
    instance_ids: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", 7) == 0
    assert json.loads(capsys.readouterr().out)["facts"] == {"n": 7}
    assert run("proof", instance_ids[7]) == 0
    proof = tmp_path / "look.tlog-proof"
    proof.write_text(capsys.readouterr().out)
    assert run("verify", proof, KEY) == 0
    assert "place 7 of 300" in capsys.readouterr().out
    assert run("verify", proof, KEY, "--json") == 0
    assert json.loads(capsys.readouterr().out)["facts"] == {"n": 7}
    with pytest.raises(Invalid):
        run("verify", proof)
    changed = proof.read_text().replace("index 7\n", "index 8\n")
    proof.write_text(changed)
    for changed in (proof.read_text(), "nonsense", ""):
        proof.write_text(changed)
        with pytest.raises(ProofDoesNotHold):
            run("check-proof", proof, KEY)


@pytest.mark.django_db
def test_what_an_entry_refers_to_is_checked_with_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = sealing.new_key()
    facts = {"reference": sealing.seal("ORD-10023", key)}
    with transaction.atomic():
        (entry_id,) = actions.append_many([NewEntry("use.granted", SYSTEM, now(), None, facts)])
    actions.sequence(at=now(), signer=SIGNER)
    assert run("proof", entry_id) == 0
    proof = tmp_path / "look.tlog-proof"
    proof.write_text(capsys.readouterr().out)
    said = ("check-proof", proof, KEY, "--key", key.hex(), "--says")
    assert run(*said, "ORD-10023") == 0
    assert "It says ORD-10023" in capsys.readouterr().out
    with pytest.raises(SaysAnother):
        run(*said, "ORD-10024")
    for wrong in (("--key", key.hex()), ("--says", "ORD-10023"), ("--key", "no", "--says", "x")):
        with pytest.raises(Invalid, match="64 hex"):
            run("check-proof", proof, KEY, *wrong)


def test_the_key_is_printed_once_something_was_signed(
    instance_ids: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("key") == 0
    assert capsys.readouterr().out == f"{SIGNER.vkey}\n"
    (settings.current().path("log") / "vkey").unlink()
    with pytest.raises(NotFound):
        run("key")


@pytest.mark.django_db
@pytest.mark.parametrize("words", [["show", "999"], ["proof", "999"]])
def test_what_is_not_there_is_said(words: list[str]) -> None:
    with pytest.raises(AboveboardError):
        run(*words)


def test_what_merely_waits_is_not_called_broken(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction.atomic():
        actions.append_many(
            [
                NewEntry("use.granted", SYSTEM, now() - timedelta(minutes=9), "a" * 32, {"n": n})
                for n in range(2)
            ]
        )
    assert run("verify", KEY) == 1
    said = capsys.readouterr().out
    assert "intact as far as it is signed" in said
    assert "2 entries wait" in said
    assert "aboveboard worker" in said
    assert "NOT" not in said
    assert run("verify", KEY, "--json") == 1
    assert [finding["what"] for finding in json.loads(capsys.readouterr().out)["findings"]] == [
        "waiting_too_long"
    ]


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_goes_away_meanwhile_says_nothing_about_the_ledger(
    instance_ids: list[int],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
    on_postgres: bool,
) -> None:
    def gone(*_: object) -> Iterator[object]:
        error = kind("the connection is closed")
        error.__cause__ = None if on_postgres else SaidBySqlite("SQLITE_CANTOPEN")
        raise error

    monkeypatch.setattr("aboveboard.ledger.audit.read_rows", gone)
    with pytest.raises(kind):
        run("verify", KEY)


class SaidBySqlite(Exception):
    """What SQLite's driver says, by name."""

    def __init__(self, name: str) -> None:
        self.sqlite_errorname = name
