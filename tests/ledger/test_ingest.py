"""A restored database takes from the published log what came after its backup: all of it, or
nothing when the log is not the one that goes on from these rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger import actions, ingest, queries
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.tiles import decode_bundle, encode_bundle
from aboveboard.ledger.ingest import LogContradicts, LogHead, LogRefused
from aboveboard.ledger.models import CheckpointRow, Entry
from aboveboard.ledger.verify.sources import LogDirectory
from tests.ledger.logs import AT, SIGNER, bodies, write_log

pytestmark = pytest.mark.django_db
BACKED_UP, WAITING, LATER = 300, 2, 500
WHOLE = BACKED_UP + WAITING + LATER


def add(count: int) -> list[int]:
    with transaction.atomic():
        return actions.append_many(
            [NewEntry("use.refused", SYSTEM, AT, "b" * 32, {"n": n}) for n in range(count)]
        )


def sequence() -> None:
    actions.sequence(at=AT, signer=SIGNER)


def log() -> Path:
    return settings.current().path("log")


def head_of(folder: Path) -> LogHead:
    head = ingest.log_head(LogDirectory(folder), [SIGNER.verifier])
    assert head is not None
    return head


def kept() -> tuple[list[Any], list[Any]]:
    """Everything that the database holds of the ledger."""
    return (
        list(Entry.objects.order_by("pk").values_list()),
        list(CheckpointRow.objects.order_by("pk").values_list("size", "root", "note")),
    )


class Restored:
    """A database as it was when it was backed up, and copies of the log from later on."""

    def __init__(self, folder: Path) -> None:
        add(BACKED_UP)
        sequence()
        self.waiting = add(WAITING)
        self.older, self.newest, self.longer = (folder / name for name in ("older", "new", "long"))
        sequence()
        shutil.copytree(log(), self.older)
        add(LATER)
        sequence()
        shutil.copytree(log(), self.newest)
        self.as_it_was = kept()
        add(300)
        sequence()
        shutil.copytree(log(), self.longer)
        Entry.objects.filter(pk__gt=self.waiting[-1]).delete()
        Entry.objects.filter(pk__in=self.waiting).update(leaf_index=None)
        CheckpointRow.objects.filter(size__gt=BACKED_UP).delete()
        shutil.rmtree(log())
        self.backup = kept()

    def rewrite(self, entries: Sequence[bytes]) -> Path:
        """Return another log, signed with the same key."""
        shutil.rmtree(self.newest)
        write_log(self.newest, entries)
        return self.newest

    def entries(self) -> list[bytes]:
        """Return the entries of the log as they are published."""
        files = sorted((self.newest / "tile/entries").rglob("*"))
        return [
            entry for file in files if file.is_file() for entry in decode_bundle(file.read_bytes())
        ]


@pytest.fixture
def restored(tmp_path: Path) -> Restored:
    return Restored(tmp_path)


def take(folder: Path, *others: Path, **more: Any) -> int:
    return ingest.ingest(head_of(folder), [head_of(other) for other in others], at=AT, **more)


def refused(
    restored: Restored, folder: Path, *others: Path, error: type[Exception], why: str
) -> None:
    """Nothing is taken of a log, whatever was read of it until then."""
    before = kept()
    with pytest.raises(error, match=why):
        take(folder, *others)
    assert kept() == before


def test_everything_after_the_backup_comes_back_and_the_log_goes_on(restored: Restored) -> None:
    assert take(restored.newest) == LATER, "those that waited were there already"
    entries, checkpoints = kept()
    assert entries == restored.as_it_was[0]
    assert [size for size, *_ in checkpoints] == [BACKED_UP, WHOLE]
    assert checkpoints[-1] == restored.as_it_was[1][-1]
    shutil.copytree(restored.newest, log())
    report, _ = verify_database(LogDirectory(log()), [SIGNER.verifier], now=AT)
    assert report.findings == []
    (entry_id,) = add(1)
    assert entry_id > restored.as_it_was[0][-1][0]
    sequence()
    assert queries.entry(entry_id).leaf_index == WHOLE


def test_a_database_in_which_nothing_was_signed_yet_takes_the_whole_log(
    restored: Restored,
) -> None:
    Entry.objects.all().delete()
    CheckpointRow.objects.all().delete()
    assert take(restored.newest) == WHOLE
    assert kept()[0] == restored.as_it_was[0]


def test_a_log_that_shows_what_the_backup_has_adds_nothing(restored: Restored) -> None:
    take(restored.newest)
    before = kept()
    assert take(restored.newest) == 0
    assert kept() == before


def test_a_copy_that_was_made_while_the_log_grew_is_as_good(restored: Restored) -> None:
    """Its checkpoint speaks of a file that is full by now, under another name."""
    shutil.copy(restored.newest / "checkpoint", restored.longer / "checkpoint")
    assert not list((restored.longer / "tile/entries").glob("003.p"))
    assert take(restored.longer) == LATER
    assert kept()[0] == restored.as_it_was[0]


def test_it_is_said_how_far_it_is(restored: Restored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH", 200)
    steps: list[tuple[int, int]] = []
    take(restored.newest, progress=lambda *how_far: steps.append(how_far))
    assert steps == [(200, 502), (400, 502), (502, 502)]
    assert kept()[0] == restored.as_it_was[0]


def test_an_older_copy_that_lies_on_the_way_is_known_for_the_logs_own(restored: Restored) -> None:
    take(restored.newest, restored.older)
    assert [size for size, *_ in kept()[1]] == [BACKED_UP, BACKED_UP + WAITING, WHOLE]
    shutil.copytree(restored.older, log())
    add(1)
    sequence()
    assert queries.size() == WHOLE + 1, "what it shows is published over it"


@pytest.mark.parametrize("size", [40, BACKED_UP + WAITING])
def test_an_older_copy_that_forks_stops_it(restored: Restored, tmp_path: Path, size: int) -> None:
    """Before the backup's end as after it."""
    other = tmp_path / "fork"
    write_log(other, bodies(size))
    why = f"first {size} entries do not lead to the root"
    refused(restored, restored.newest, other, error=LogContradicts, why=why)


def test_a_log_that_is_older_than_the_backup_is_refused(restored: Restored) -> None:
    take(restored.newest)
    refused(restored, restored.older, error=LogRefused, why="shows 302 entries, and .* has 802")


def test_another_log_of_the_same_key_is_told_as_a_fork(restored: Restored) -> None:
    other = restored.rewrite(bodies(WHOLE))
    refused(restored, other, error=LogContradicts, why="first 300 entries are not those")


def test_a_log_whose_later_entries_are_not_those_that_were_signed_is_a_fork(
    restored: Restored,
) -> None:
    bundle = restored.newest / "tile/entries/002"
    entries = decode_bundle(bundle.read_bytes())
    entries[3], entries[4] = entries[4], entries[3]
    bundle.write_bytes(encode_bundle(entries))
    refused(restored, restored.newest, error=LogContradicts, why="first 802 entries do not lead")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows.update(body=b"{}"),
        lambda rows: rows.delete(),
    ],
    ids=["changed", "gone"],
)
def test_a_backup_whose_own_rows_were_changed_is_not_gone_on_from(
    restored: Restored, spoil: Callable[[Any], object]
) -> None:
    spoil(Entry.objects.filter(leaf_index=4))
    why = "rows of the backup do not lead to the checkpoint"
    refused(restored, restored.newest, error=LogContradicts, why=why)


def test_an_entry_that_waited_and_is_another_in_the_log_is_a_fork(restored: Restored) -> None:
    Entry.objects.filter(pk=restored.waiting[0]).update(body=b"{}")
    why = f"its entry {restored.waiting[0]} is not the one"
    refused(restored, restored.newest, error=LogContradicts, why=why)


def cut(bundle: Path) -> None:
    bundle.write_bytes(encode_bundle(decode_bundle(bundle.read_bytes())[:-1]))


@pytest.mark.parametrize(
    ("bundle", "spoil", "why"),
    [
        ("002", Path.unlink, "tile/entries/002 is missing"),
        ("003.p/34", Path.unlink, "tile/entries/003.p/34 is missing"),
        ("002", cut, "tile/entries/002 is not whole"),
        ("001", lambda file: file.write_bytes(b"\0"), "tile/entries/001 is not whole"),
    ],
)
def test_a_copy_that_lacks_entries_is_refused_and_nothing_is_kept(
    restored: Restored,
    bundle: str,
    spoil: Callable[[Path], object],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest, "BATCH", 100)
    spoil(restored.newest / "tile/entries" / bundle)
    refused(restored, restored.newest, error=LogRefused, why=why)


def test_something_in_the_log_that_is_no_entry_is_refused(restored: Restored) -> None:
    folder = restored.rewrite([*restored.entries()[: BACKED_UP + WAITING], b'{"v":1}'])
    refused(restored, folder, error=LogRefused, why="from place 300 on is not well formed")


def test_only_a_log_that_a_known_key_signed_has_a_head(restored: Restored, tmp_path: Path) -> None:
    head = head_of(restored.newest)
    assert (head.checkpoint.size, head.note) == (
        WHOLE,
        (restored.newest / "checkpoint").read_text(),
    )
    stranger = Signer.from_seed("localhost/log", bytes(32)).verifier
    with pytest.raises(LogRefused):
        ingest.log_head(LogDirectory(restored.newest), [stranger])
    assert ingest.log_head(LogDirectory(tmp_path / "nothing"), [stranger]) is None
