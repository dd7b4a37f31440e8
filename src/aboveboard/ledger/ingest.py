"""A restored database takes the entries that came after its backup out of the published log, so
that the log goes on and does not fork.

The tree that the restored rows lead to is grown with the log's entries. Only if it then has the
root that was signed is anything kept: that one comparison shows that the log continues the
backup, that none of its entries is missing or changed, and that the restored rows themselves are
the ones that were signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from aboveboard.basics.errors import AboveboardError, Damaged, Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryRefused, parse
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tiles import ENTRIES, WIDTH, HashReader, decode_bundle, tile_of
from aboveboard.ledger.format.tree import CompactRange, leaf_hash
from aboveboard.ledger.models import CheckpointRow, Entry
from aboveboard.ledger.rows import bodies
from aboveboard.ledger.verify.findings import VerificationReport
from aboveboard.ledger.verify.head import read_head
from aboveboard.ledger.verify.sources import LogSource
from aboveboard.ledger.verify.walk import LogWalk

Progress = Callable[[int, int], None]
"""Called with how many entries are done, of how many."""
BATCH: Final = 2_000
"""Entries read and kept at a time."""


class LogRefused(Invalid):
    """This copy of the log cannot be used: {why}."""

    code = "log_refused"
    next_step = "Nothing was changed. Give the newest copy of this instance's own log."


class LogContradicts(Damaged):
    """This copy of the log is not the one that the backup belongs to: {why}."""

    code = "log_contradicts"
    next_step = (
        "Nothing was changed. Keep both as evidence. A log that contradicts what was signed is a "
        "fork."
    )


@dataclass(frozen=True, slots=True)
class LogHead:
    """The signed head of a copy of the log, and where its files are."""

    source: LogSource
    note: str
    checkpoint: Checkpoint


def log_head(source: LogSource, trusted: Sequence[Verifier]) -> LogHead | None:
    """Return the head of a log, or None if it shows none.

    Raises:
        LogRefused: it is not signed with a key that is known.
        SourceUnreadable: its files cannot be read.
    """
    # No log is an answer, which the caller weighs; a log that cannot be trusted is refused.
    if source.read("checkpoint") is None:
        return None
    report = VerificationReport()
    note = read_head(source, trusted, report)
    if note is None:
        raise LogRefused(why=report.findings[0].sentence)
    return LogHead(source, note, open_with(note, trusted))


def ingest(
    head: LogHead,
    others: Sequence[LogHead],
    *,
    at: datetime,
    progress: Progress = lambda done, total: None,
) -> int:
    """Bring the database's ledger up to ``head``; return how many entries that
    added. All of it or nothing.

    ``others`` are heads of older copies of the log, such as the one in the instance's folder: they
    must lie on the way, and are kept, so that the ledger knows them for its own.

    Raises:
        LogRefused: the log shows less than the backup holds, or is damaged.
        LogContradicts: it, or one of the others, is a fork.
    """
    # Nothing is written before the tree has the root that was signed: it alone shows that the log
    # goes on from these rows.
    last = CheckpointRow.objects.order_by("-size").first()
    size = last.size if last else 0
    if head.checkpoint.size < size:
        raise LogRefused(
            why=(
                f"it shows {head.checkpoint.size:,} entries, and the backup has {size:,}: it is "
                "older than the backup"
            )
        )
    # Before anything is read entry by entry: that it is another log must not be told as a damaged
    # file.
    _check_continues(head, size, bytes(last.root) if last else b"")
    tree, passing = CompactRange(), {other.checkpoint.size: other for other in (*others, head)}
    for body in _restored_bodies(size):
        tree.append(leaf_hash(body))
        _compare(tree, passing)
    # The backup's own rows too: a log that goes on rightly from rows that were changed would hide
    # them.
    if last is not None and tree.root() != bytes(last.root):
        raise LogContradicts(
            why="the rows of the backup do not lead to the checkpoint that was signed for them"
        )
    added = 0
    # All or nothing, however long: half of a log would be signed on as if it were the whole.
    with transaction.atomic():
        coming = _log_bodies(head, size)
        while batch := list(islice(coming, BATCH)):
            first = tree.size
            for body in batch:
                tree.append(leaf_hash(body))
                _compare(tree, passing)
            added += _keep(first, batch)
            progress(tree.size - size, head.checkpoint.size - size)
        for other in passing.values():
            CheckpointRow.objects.get_or_create(
                size=other.checkpoint.size,
                defaults={"root": other.checkpoint.root, "note": other.note, "at": at},
            )
        _continue_numbers()
    return added


def _check_continues(head: LogHead, size: int, root: bytes) -> None:
    """Tell a fork from a damaged copy: by the log's own tiles, does it begin with what the backup
    has?"""
    walk = LogWalk(head.source, head.checkpoint, VerificationReport())
    if size and HashReader(head.checkpoint.size, walk.hashes_of).root((0, size)) != root:
        raise LogContradicts(why=f"its first {size:,} entries are not those of the backup")


def _compare(tree: CompactRange, passing: dict[int, LogHead]) -> None:
    head = passing.get(tree.size)
    if head is not None and head.checkpoint.root != tree.root():
        raise LogContradicts(
            why=(
                f"its first {tree.size:,} entries do not lead to the root that was signed for "
                "them: a fork, or a damaged copy"
            )
        )


def _restored_bodies(size: int) -> Iterator[bytes]:
    """Yield the bodies of the restored entries in the tree, up to the first gap."""
    done = 0
    while done < size and (batch := bodies(done, min(BATCH, size - done))):
        yield from batch
        done += len(batch)


def _log_bodies(head: LogHead, first: int) -> Iterator[bytes]:
    """Yield the log's entries from place ``first`` on."""
    size = head.checkpoint.size
    for number in range(first // WIDTH, -(-size // WIDTH)):
        tile = tile_of(ENTRIES, number, size)
        # A copy may have been made while the log grew: the partial file that its checkpoint speaks
        # of can be full by now.
        data = head.source.read(tile.path) or head.source.read(tile.full.path)
        if data is None:
            raise LogRefused(why=f"its file {tile.path} is missing")
        try:
            entries = decode_bundle(data)[: tile.width]
        except AboveboardError:
            entries = []
        if len(entries) != tile.width:
            raise LogRefused(why=f"its file {tile.path} is not whole")
        yield from entries[max(0, first - number * WIDTH) :]


def _keep(first: int, batch: Sequence[bytes]) -> int:
    """Write entries at their places. One that was waiting for its place when the backup was
    made has its row already."""
    try:
        parsed = [parse(body) for body in batch]
    except EntryRefused as error:
        raise LogRefused(
            why=(
                f"one of its entries from place {first:,} on is not well formed "
                f"({error.details['found']})"
            )
        ) from None
    waiting = dict(
        Entry.objects.filter(pk__in=[entry.id for entry in parsed]).values_list("pk", "body")
    )
    new = []
    for place, (entry, body) in enumerate(zip(parsed, batch, strict=True), first):
        if entry.id not in waiting:
            new.append(
                Entry(
                    id=entry.id,
                    leaf_index=place,
                    at=entry.at,
                    kind=entry.kind,
                    handle=entry.handle,
                    body=body,
                    leaf_hash=leaf_hash(body),
                )
            )
        elif bytes(waiting[entry.id]) == body:
            # It waited when the backup was made; the log says which place it got afterwards.
            Entry.objects.filter(pk=entry.id).update(leaf_index=place)
        else:
            raise LogContradicts(
                why=f"its entry {entry.id} is not the one that the backup has under that number"
            )
    Entry.objects.bulk_create(new)
    return len(new)


def _continue_numbers() -> None:
    """Let new entries be numbered after those that were taken over: PostgreSQL does not count ids
    that were given to it, as SQLite does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), greatest((SELECT "
                "max(id) FROM ledger_entry), nextval(pg_get_serial_sequence('ledger_entry', "
                "'id'))))"
            )
