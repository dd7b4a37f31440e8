"""What was appended gets a place in the tree, is published, and can be proved."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger import actions, limits, queries, rows
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.folder import LogFolder
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.checkpoint import Checkpoint, CheckpointRefused, open_note
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.tiles import WIDTH, Tile
from aboveboard.ledger.format.tree import leaf_hash, root_of
from aboveboard.ledger.models import CheckpointRow, Entry
from aboveboard.ledger.published import LogAhead, LogForked
from aboveboard.ledger.sequencing import EntriesDamaged
from aboveboard.ledger.verify.sources import LogDirectory

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SIGNER = Signer.from_seed("localhost/log", bytes(range(32)))
pytestmark = pytest.mark.django_db


def add(count: int) -> list[int]:
    with transaction.atomic():
        return actions.append_many(
            [NewEntry("use.granted", SYSTEM, AT, "a" * 32, {"n": n}) for n in range(count)]
        )


def run() -> int:
    head = actions.sequence(at=AT, signer=SIGNER)
    return head.size if head else 0


def log() -> Path:
    return settings.current().path("log")


def true_root() -> bytes:
    bodies = (
        Entry.objects.filter(leaf_index__isnull=False)
        .order_by("leaf_index")
        .values_list("body", flat=True)
    )
    return root_of([leaf_hash(bytes(body)) for body in bodies])


def files() -> dict[str, bytes]:
    return {
        str(path.relative_to(log())): path.read_bytes()
        for path in log().rglob("*")
        if path.is_file()
    }


def test_with_nothing_waiting_there_is_no_checkpoint() -> None:
    assert actions.sequence(at=AT, signer=SIGNER) is None
    assert queries.checkpoint() is None
    assert queries.size() == 0


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 600])
def test_places_follow_ids_and_the_root_is_the_trees(count: int) -> None:
    ids = add(count)
    assert run() == count
    assert [queries.entry_at(index).id for index in (0, count - 1)] == [ids[0], ids[-1]]
    head = queries.checkpoint()
    assert head is not None
    assert (head.size, head.root, head.at) == (count, true_root(), AT)
    assert open_note(head.note, SIGNER.verifier).size == count
    assert (queries.size(), queries.count_waiting()) == (count, 0)
    assert queries.verifier_key() == SIGNER.vkey


def test_growing_bit_by_bit_leads_to_the_same_files_as_at_once() -> None:
    for count in (1, 254, 1, 1, 300, 211):
        add(count)
        run()
    bit_by_bit = files()
    for name in [name for name in bit_by_bit if ".p/" in name]:
        del bit_by_bit[name]  # a partial tile is kept for each checkpoint since the last full one
    for path in sorted(log().rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run()
    at_once = {name: data for name, data in files().items() if ".p/" not in name}
    assert at_once == bit_by_bit
    assert queries.checkpoint() is not None


def test_batches_end_where_tiles_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SEQUENCE_BATCH", 512)
    add(100)
    run()
    add(1000)
    assert run() == 1100
    assert list(CheckpointRow.objects.order_by("size").values_list("size", flat=True)) == [
        100,
        512,
        1024,
        1100,
    ]
    assert CheckpointRow.objects.order_by("size").last().root == true_root()  # type: ignore[union-attr]


def test_partial_tiles_are_cleared_away_once_full() -> None:
    add(200)
    run()
    assert (log() / "tile/0/000.p/200").is_file()
    add(100)
    run()
    assert not (log() / "tile/0/000.p").exists()
    assert (log() / "tile/0/000").is_file()
    assert (log() / "tile/entries/001.p/44").is_file()


def test_no_temporary_file_is_left() -> None:
    add(300)
    run()
    assert not list(log().rglob("*.tmp"))


def test_each_entry_can_be_proved_from_its_file_alone() -> None:
    ids = add(300)
    run()
    for entry_id in (ids[0], ids[255], ids[256], ids[299]):
        entry, index, head = proofs.verify(queries.proof(entry_id), SIGNER.verifier)
        assert (entry.id, index, head.size) == (entry_id, ids.index(entry_id), 300)


def test_an_entry_that_waits_cannot_be_proved_yet() -> None:
    (entry_id,) = add(1)
    with pytest.raises(queries.NotYet):
        queries.proof(entry_id)


def test_only_published_paths_are_served() -> None:
    add(300)
    run()
    served = [
        "checkpoint",
        "vkey",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/entries/000",
        "tile/1/000.p/1",
    ]
    assert all(queries.resource(path) for path in served)
    assert queries.resource("checkpoint").forever is False  # type: ignore[union-attr]
    for path in [
        "",
        ".lock",
        "tile/0/../checkpoint",
        "../root.key",
        "/etc/passwd",
        "tile/0/x000/000",
        "tile/0/000.p/256",
        "tile/00/000",
    ]:
        assert queries.resource(path) is None


def test_another_logs_key_cannot_sign() -> None:
    add(1)
    with pytest.raises(CheckpointRefused):
        actions.sequence(at=AT, signer=Signer.from_seed("elsewhere/log", bytes(32)))
    assert queries.count_waiting() == 1
    assert queries.checkpoint() is None


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_signed() -> None:
    add(1)
    with transaction.atomic(), pytest.raises(RuntimeError):
        actions.sequence(at=AT, signer=SIGNER)
    assert queries.size() == 0


# What a death between two steps leaves behind, and that the next run mends it.


def test_signed_but_not_published_is_published_by_the_next_run() -> None:
    add(300)
    run()
    before = files()
    add(700)
    run()
    after = files()
    for name in set(files()) - set(before):
        (log() / name).unlink()
    (log() / "checkpoint").write_bytes(before["checkpoint"])
    (log() / "tile/0/001.p").mkdir(parents=True, exist_ok=True)
    for name, data in before.items():
        (log() / name).parent.mkdir(parents=True, exist_ok=True)
        (log() / name).write_bytes(data)
    run()
    assert {name: data for name, data in files().items() if name in after} == after


def test_what_is_published_is_not_read_again_for_what_comes_next(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else each second of a large log would cost as much as all that it holds."""
    add(300)
    run()
    monkeypatch.setattr(rows, "bodies", lambda *asked: pytest.fail("it was read again"))
    add(1)
    assert run() == 301
    assert caplog.records == [], "nor was anything damaged"


@pytest.mark.parametrize(
    "lost", ["checkpoint", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"]
)
def test_lost_or_damaged_files_of_the_edge_are_written_again(lost: str) -> None:
    add(300)
    run()
    before = files()
    (log() / lost).unlink()
    run()
    assert files() == before
    (log() / lost).write_bytes(b"\0" * 32)
    run()
    assert files() == before


def test_a_database_from_an_older_copy_signs_nothing() -> None:
    add(10)
    run()
    CheckpointRow.objects.all().delete()
    Entry.objects.filter(leaf_index__gte=5).delete()
    with pytest.raises(LogAhead):
        run()
    assert CheckpointRow.objects.count() == 0


def test_a_published_checkpoint_that_is_not_ours_stops_signing() -> None:
    add(10)
    run()
    forged = Checkpoint("localhost/log", 10, bytes(32)).sign(SIGNER)
    (log() / "checkpoint").write_text(forged)
    add(1)
    with pytest.raises(LogForked):
        run()
    assert queries.count_waiting() == 1


def test_rows_changed_before_they_were_published_are_not_published() -> None:
    add(10)
    run()
    (log() / "checkpoint").unlink()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET body = %s WHERE leaf_index = 4", [b"{}"])
    with pytest.raises(EntriesDamaged):
        run()
    assert not (log() / "checkpoint").exists()


def test_a_waiting_row_that_was_changed_is_not_signed() -> None:
    (entry_id,) = add(1)
    Entry.objects.filter(pk=entry_id).update(body=b"{}")
    with pytest.raises(EntriesDamaged, match=str(entry_id)):
        run()
    assert queries.size() == 0


def test_a_new_key_carries_the_log_on() -> None:
    add(3)
    run()
    add(3)
    later = Signer.from_seed("localhost/log", os.urandom(32))
    head = actions.sequence(at=AT + timedelta(days=1), signer=later)
    assert head is not None
    assert head.size == 6
    assert queries.verifier_key() == later.vkey
    assert queries.verifier_keys() == [SIGNER.vkey, later.vkey]
    both = [SIGNER.verifier, later.verifier]
    assert verify_database(LogDirectory(log()), both, now=AT)[0].ok
    assert not verify_database(LogDirectory(log()), both[1:], now=AT)[0].ok


def test_writing_a_tile_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = LogFolder(tmp_path)
    folder.write_note("checkpoint", "old\n")
    # One line says it.
    failing: Callable[[int], None] = lambda handle: (_ for _ in ()).throw(OSError("disk full"))  # noqa: E731
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="disk full"):
        folder.write_note("checkpoint", "new\n")
    assert (tmp_path / "checkpoint").read_text() == "old\n"


def test_whoever_publishes_for_months_keeps_no_file_open(tmp_path: Path) -> None:
    def opened() -> int:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    folder, before = LogFolder(tmp_path), opened()
    for number in range(3):
        with folder.lock():
            folder.write_tiles([(Tile(0, number, WIDTH), bytes(32 * WIDTH))])
            folder.write_note("checkpoint", "a note\n")
    assert opened() == before
