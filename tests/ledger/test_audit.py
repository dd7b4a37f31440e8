"""One byte changed in any column of any row of the ledger is found, and the entry is named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger import actions, audit
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format.entry import parse
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.models import CheckpointRow, Entry
from aboveboard.ledger.stored import BEYOND, StoredRow
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.sources import LogDirectory
from tests.ledger.logs import AT, SIGNER

pytestmark = pytest.mark.django_db
PLACED, WAITING = 300, 2


def log() -> Path:
    return settings.current().path("log")


def check(minutes: int = 0) -> VerificationReport:
    return verify_database(
        LogDirectory(log()), [SIGNER.verifier], now=AT + timedelta(minutes=minutes)
    )[0]


def add(count: int) -> list[int]:
    with transaction.atomic():
        return actions.append_many(
            [
                NewEntry("use.granted", SYSTEM, AT, None if n % 5 else "a" * 32, {"n": n})
                for n in range(count)
            ]
        )


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def ids() -> list[int]:
    """A ledger with several checkpoints, and two entries that still wait."""
    made: list[int] = []
    for count in (1, 99, 156, 44):
        made += add(count)
        actions.sequence(at=AT, signer=SIGNER)
    return made + add(WAITING)


def named(report: VerificationReport) -> set[int | None]:
    return {finding.entry_id for finding in report.findings}


def test_a_whole_ledger_is_whole(ids: list[int]) -> None:
    report = check()
    assert report.findings == []
    assert (report.size, report.entries, report.rows, report.waiting) == (
        PLACED,
        PLACED,
        PLACED,
        WAITING,
    )


def test_an_empty_ledger_is_whole() -> None:
    assert check().ok


def test_a_ledger_of_which_nothing_is_in_the_tree_yet_is_whole() -> None:
    add(3)
    report = check()
    assert report.ok
    assert report.waiting == 3


def flipped(value: object, bit: int) -> object:
    """One bit of a stored value changed, as far as the database's types allow."""
    if isinstance(value, int):
        return value ^ (1 << bit % 62)
    if isinstance(value, bytes):
        changed = bytearray(value)
        changed[bit // 8 % len(changed)] ^= 1 << bit % 8
        return bytes(changed)
    if isinstance(value, str):
        at = bit // 8 % len(value)
        return value[:at] + chr(ord(value[at]) ^ (1 << bit % 5)) + value[at + 1 :]
    if value is None:
        return "b" * 32
    return value + timedelta(microseconds=1 << bit % 40)  # type: ignore[operator]


def stored(column: str, entry_id: int) -> object:
    with connection.cursor() as cursor:
        # CAST keeps SQLite's driver from making a datetime of what is text on the disk.
        as_kept = "CAST(at AS TEXT)" if column == "at" and connection.vendor == "sqlite" else column
        cursor.execute(
            "SELECT COLUMN FROM ledger_entry WHERE id = %s".replace("COLUMN", as_kept), [entry_id]
        )
        value = cursor.fetchone()[0]
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize(
    "column", ["id", "leaf_index", "at", "kind", "handle", "body", "leaf_hash"]
)
def test_one_bit_of_any_column_of_any_row_is_found_and_the_entry_named(
    ids: list[int], column: str
) -> None:
    picks = random.Random(f"bits of {column}")
    tried = 0
    while tried < 25:
        entry_id, bit = (
            picks.choice([*ids, ids[0], ids[-1], ids[PLACED - 1]]),
            picks.randrange(2_000),
        )
        if column == "leaf_index" and entry_id in ids[PLACED:]:
            continue
        value = flipped(stored(column, entry_id), bit)
        with transaction.atomic():
            try:
                with transaction.atomic():
                    sql(
                        "UPDATE ledger_entry SET COLUMN = %s WHERE id = %s".replace(
                            "COLUMN", column
                        ),
                        value,
                        entry_id,
                    )
            except IntegrityError:
                continue  # the database refused it: the number is another row's
            report = check()
            assert entry_id in named(report), (column, bit, value)
            transaction.set_rollback(True)
        tried += 1
    assert check().ok


@pytest.mark.parametrize("place", [0, 255, 256, 299])
def test_a_deleted_row_is_named(ids: list[int], place: int) -> None:
    Entry.objects.filter(leaf_index=place).delete()
    report = check()
    assert [
        (finding.what, finding.leaf_index, finding.entry_id) for finding in report.findings
    ] == [(FindingKind.MISSING_ROW, place, ids[place])]
    assert report.findings[0].sentence.startswith(f"Entry {ids[place]} at place {place} ")


def test_two_rows_that_changed_places_are_named(ids: list[int]) -> None:
    sql("UPDATE ledger_entry SET leaf_index = -1 WHERE leaf_index = 10")
    sql("UPDATE ledger_entry SET leaf_index = 10 WHERE leaf_index = 200")
    sql("UPDATE ledger_entry SET leaf_index = 200 WHERE leaf_index = -1")
    assert named(check()) >= {ids[10], ids[200]}


def test_a_row_copied_to_a_place_beyond_the_tree_is_named(ids: list[int]) -> None:
    row = Entry.objects.get(leaf_index=7)
    row.pk, row.leaf_index = ids[-1] + 100, PLACED + 5
    row.save(force_insert=True)
    assert named(check()) == {ids[-1] + 100}


def test_a_placed_row_made_to_wait_again_is_named(ids: list[int]) -> None:
    sql("UPDATE ledger_entry SET leaf_index = NULL WHERE leaf_index = 7")
    assert ids[7] in named(check())


def test_a_row_rewritten_in_agreement_with_itself_is_named(ids: list[int]) -> None:
    body = bytes(Entry.objects.get(leaf_index=42).body).replace(b"granted", b"refused")
    assert parse(body).kind == "use.refused"
    Entry.objects.filter(leaf_index=42).update(
        body=body, kind="use.refused", leaf_hash=leaf_hash(body)
    )
    report = check()
    assert named(report) == {ids[42]}
    assert {finding.leaf_index for finding in report.findings} == {42}


def test_the_whole_end_cut_off_is_found(ids: list[int]) -> None:
    Entry.objects.filter(leaf_index__gte=256).delete()
    CheckpointRow.objects.filter(size__gt=256).delete()
    report = check()
    assert {finding.what for finding in report.findings} == {
        FindingKind.MISSING_ROW,
        FindingKind.CHANGED_CHECKPOINT_ROW,
    }
    assert (
        len([finding for finding in report.findings if finding.what is FindingKind.MISSING_ROW])
        == PLACED - 256
    )


@pytest.mark.parametrize("column", ["size", "root", "note"])
def test_a_changed_checkpoint_row_is_found(ids: list[int], column: str) -> None:
    row = CheckpointRow.objects.get(size=100)
    value = {"size": 101, "root": bytes(32), "note": row.note.replace("100", "101")}[column]
    sql(
        "UPDATE ledger_checkpointrow SET COLUMN = %s WHERE size = 100".replace("COLUMN", column),
        value,
    )
    assert {finding.what for finding in check().findings} == {FindingKind.CHANGED_CHECKPOINT_ROW}


def test_a_checkpoint_of_another_tree_signed_with_the_right_key_is_found(ids: list[int]) -> None:
    from aboveboard.ledger.format.checkpoint import Checkpoint

    other = Checkpoint("localhost/log", 200, bytes(32))
    CheckpointRow.objects.create(size=200, root=other.root, note=other.sign(SIGNER), at=AT)
    assert {finding.what for finding in check().findings} == {FindingKind.CHANGED_CHECKPOINT_ROW}


def test_what_is_signed_and_not_yet_published_is_no_finding(ids: list[int]) -> None:
    published = (log() / "checkpoint").read_bytes()
    actions.sequence(at=AT, signer=SIGNER)
    (log() / "checkpoint").write_bytes(published)
    (log() / "tile/0/001.p/44").write_bytes(
        b"".join(
            leaf_hash(bytes(entry.body))
            for entry in Entry.objects.filter(leaf_index__range=(256, 299)).order_by("leaf_index")
        )
    )
    report = check()
    assert report.ok
    assert (report.size, report.rows) == (PLACED, PLACED + WAITING)
    Entry.objects.filter(leaf_index=PLACED).delete()
    assert not check().ok


def test_a_log_that_was_removed_is_found(ids: list[int]) -> None:
    (log() / "checkpoint").unlink()
    assert FindingKind.NO_CHECKPOINT in {finding.what for finding in check().findings}


def test_a_database_that_breaks_off_is_said_to_be_damaged_in_its_own_words(
    ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found until then is said too; what the statement held is not."""
    Entry.objects.filter(leaf_index=7).delete()
    read = audit.read_rows

    def broken(statement: str, *values: int) -> Iterator[StoredRow]:
        if statement == BEYOND:
            raise DatabaseError("page 7 is malformed\nLINE 1: SELECT anna@example.com")
        return read(statement, *values)

    monkeypatch.setattr(audit, "read_rows", broken)
    report = check()
    assert [finding.what for finding in report.findings] == [
        FindingKind.MISSING_ROW,
        FindingKind.DAMAGED_DATABASE,
    ]
    assert report.findings[1].sentence.endswith("cannot be read to the end: page 7 is malformed.")


def test_a_database_that_does_not_answer_says_nothing_about_the_ledger(
    ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(statement: str, *values: int) -> Iterator[StoredRow]:
        cause = Exception()
        cause.sqlite_errorname, cause.sqlstate = "SQLITE_BUSY", "57P01"  # type: ignore[attr-defined]
        raise OperationalError("the database is locked") from cause

    monkeypatch.setattr(audit, "read_rows", away)
    with pytest.raises(OperationalError):
        check()


def test_a_waiting_row_is_held_against_its_own_bytes(ids: list[int]) -> None:
    first, second = ids[PLACED:]
    Entry.objects.filter(pk=first).update(leaf_hash=bytes(32))
    Entry.objects.filter(pk=second).update(body=b"no entry", leaf_hash=leaf_hash(b"no entry"))
    report = check()
    assert named(report) == {first, second}
    assert {finding.what for finding in report.findings} == {FindingKind.CHANGED_ROW}


def test_a_row_with_another_number_is_named_by_both(ids: list[int]) -> None:
    sql("UPDATE ledger_entry SET id = %s WHERE leaf_index = 42", ids[-1] + 50)
    (finding,) = check().findings
    assert (finding.what, finding.entry_id) == (FindingKind.CHANGED_ROW, ids[42])
    assert finding.sentence.startswith(
        f"Entry {ids[42]} at place 42 (the row is numbered {ids[-1] + 50}) was changed"
    )


def test_entries_that_wait_too_long_are_a_finding(ids: list[int]) -> None:
    assert check(minutes=2).ok
    (finding,) = check(minutes=3).findings
    assert finding.what is FindingKind.WAITING_TOO_LONG
    assert "2 entries wait" in finding.sentence
