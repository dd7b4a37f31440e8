"""Checking this instance's database against its own published log, row by row and column by column.

The log is checked first (``verify``); the hashes that lead to its signed root then say what each
row must hold. The rows are read as raw values (:mod:`.stored`).

What is not covered: an entry that still waits for its place is vouched for only by its own
columns agreeing with its own bytes (at most about a second long), and the moment at which
a checkpoint was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError
from django.db.models import Max

from aboveboard.basics import clock
from aboveboard.ledger.format.checkpoint import Checkpoint, CheckpointRefused, open_with
from aboveboard.ledger.format.entry import EntryRefused, parse
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.format.tree import CompactRange, leaf_hash
from aboveboard.ledger.models import CheckpointRow
from aboveboard.ledger.stored import (
    BEYOND,
    LEAST,
    PAGE,
    WAITING,
    PlacedRows,
    StoredRow,
    check_structure,
    compare_columns,
    first_line,
    is_away,
    read_rows,
)
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.head import read_head
from aboveboard.ledger.verify.history import SeenCheckpoint, check_history
from aboveboard.ledger.verify.log import Progress, check_entries, no_progress
from aboveboard.ledger.verify.sources import LogSource
from aboveboard.ledger.verify.walk import LogWalk, TileLeaves

WAIT: Final = timedelta(minutes=2)
"""An entry that waits longer than this for its place says that nothing sequences. Our
choice: far above a second."""


def verify_database(
    source: LogSource,
    trusted: Sequence[Verifier],
    *,
    now: datetime,
    remembered: Checkpoint | None = None,
    seen: Sequence[SeenCheckpoint] = (),
    progress: Progress = no_progress,
) -> tuple[VerificationReport, str | None]:
    """Check the published log and then every row of the ledger against it; return what was
    found, and the signed note.

    1. The log itself, as ``verify.log.verify_log`` does.
    2. Each placed row: its bytes hash to the leaf at its place, and each column
       says what the bytes say.
    3. No place is empty, none is taken twice, none lies outside the tree.
    4. Every checkpoint ever signed is a prefix of the present tree.
    5. Each waiting row agrees with itself, and none waits longer than :data:`WAIT`.
    6. The database's own structure is sound (SQLite: ``PRAGMA integrity_check``).

    Memory does not grow with the log.

    Raises:
        SourceUnreadable: the log's files cannot be read.
        OperationalError, InterfaceError: the database does not answer, which says
            nothing about the ledger.
    """
    report = VerificationReport()
    audit = _Audit(source, trusted, report, progress)
    try:
        note = audit.run(now, [*seen, *([SeenCheckpoint(remembered, "")] if remembered else [])])
        check_structure(report)
    except DatabaseError as error:
        if is_away(error):
            raise
        # What was read until then is kept in the report: a database that is damaged half-way is
        # still compared as far as it goes.
        note = None
        report.add(
            FindingKind.DAMAGED_DATABASE,
            f"The database cannot be read to the end: {first_line(error)}.",
        )
        check_structure(report)
    return report, note


class _Audit:
    def __init__(
        self,
        source: LogSource,
        trusted: Sequence[Verifier],
        report: VerificationReport,
        progress: Progress,
    ) -> None:
        self._source = source
        self._trusted = trusted
        self._report = report
        self._progress = progress
        self._tree = CompactRange()

    def run(self, now: datetime, seen: Sequence[SeenCheckpoint]) -> str | None:
        """Steps 1 to 5."""
        newest = CheckpointRow.objects.aggregate(newest=Max("size"))["newest"] or 0
        note = None
        if newest or self._source.read("checkpoint") is not None:
            note = read_head(self._source, self._trusted, self._report)
        head = open_with(note, self._trusted) if note is not None else Checkpoint("", 0, b"")
        # The greater of the two: a folder that is ahead of the database is a fault to be named row
        # by row, and not the end of the walk.
        end = max(newest, head.size)
        # Log, rows and checkpoints are walked side by side, each in its own order, so that memory
        # does not grow with the log.
        places = PlacedRows(end)
        checkpoints = _Checkpoints(self._trusted, self._report)
        walk = LogWalk(self._source, head, self._report)
        for leaves in walk.leaves() if head.size else ():
            check_entries(leaves, self._report)
            self._check_leaves(leaves, places, checkpoints)
            self._progress(self._tree.size, end)
        # What is signed but not yet published (a moment, or a crash, ago) is vouched for
        # by the rows' own hashes.
        while self._tree.size < end:
            self._check_place(self._tree.size, None, None, places)
            checkpoints.reach(self._tree)
            self._progress(self._tree.size, end)
        for row in places.remaining():
            self._extra(row)
        for row in read_rows(BEYOND, end, PAGE):
            self._extra(row)
        checkpoints.finish(head)
        if seen and note is not None:
            check_history(seen, head, walk, self._report)
        self._check_waiting(now)
        return note

    def _check_leaves(
        self, leaves: TileLeaves, places: PlacedRows, checkpoints: _Checkpoints
    ) -> None:
        entries = leaves.entries or []
        for offset, hash_ in enumerate(leaves.hashes):
            entry = (
                entries[offset]
                if offset < len(entries) and leaf_hash(entries[offset]) == hash_
                else None
            )
            self._check_place(leaves.first + offset, hash_, entry, places)
            checkpoints.reach(self._tree)

    def _check_place(
        self, index: int, hash_: bytes | None, entry: bytes | None, places: PlacedRows
    ) -> None:
        """Steps 2 and 3 for one place: ``hash_`` and ``entry`` are the log's, where it has them."""
        row = None
        for row in places.up_to(index):
            if row.place == index:
                break
            self._extra(row)
        else:
            row = None
        if row is None:
            entry_id = parse(entry).id if entry is not None and _is_entry(entry) else None
            self._report.add(
                FindingKind.MISSING_ROW,
                f"{_named(index, entry_id)} is not in the database.",
                index,
                entry_id,
            )
            # The tree goes on with what the log says, or with zeros, which no checkpoint matches.
            self._tree.append(hash_ if hash_ is not None else bytes(32))
            return
        self._report.rows += 1
        # From the bytes and never from the column ``leaf_hash``, which whoever changes a row would
        # change with it.
        own = leaf_hash(row.body)
        self._tree.append(hash_ if hash_ is not None else own)
        if hash_ is None or own == hash_:
            self._check_columns(row, row.body, index)
        else:
            self._changed(row, index, "body", entry)
            if entry is not None:
                self._check_columns(row, entry, index)
            return
        if row.leaf_hash != own:
            self._changed(row, index, "leaf_hash", entry)

    def _check_columns(self, row: StoredRow, body: bytes, index: int | None) -> None:
        """Hold a row's columns against the bytes they repeat."""
        try:
            recorded = parse(body)
        except EntryRefused as error:
            self._report.add(
                FindingKind.CHANGED_ROW, f"{_named(index, row.id)}: {error}", index, row.id
            )
            return
        for column, agrees in compare_columns(row, recorded):
            if not agrees:
                self._changed(row, index, column, body)

    def _changed(self, row: StoredRow, index: int | None, column: str, entry: bytes | None) -> None:
        """Report a column; the id that the log gives counts for more than the row's."""
        entry_id = parse(entry).id if entry is not None and _is_entry(entry) else row.id
        also = "" if entry_id == row.id else f" (the row is numbered {row.id})"
        sentence = (
            f"{_named(index, entry_id)}{also} was changed in the database: its column {column} is "
            "not what was recorded."
        )
        self._report.add(FindingKind.CHANGED_ROW, sentence, index, entry_id)

    def _extra(self, row: StoredRow) -> None:
        self._report.add(
            FindingKind.EXTRA_ROW,
            f"Entry {row.id} claims place {row.place}, which is not its own.",
            None,
            row.id,
        )

    def _check_waiting(self, now: datetime) -> None:
        """Step 5."""
        oldest: datetime | None = None
        # By id from the least that a column can hold: a row that was given a negative number by
        # hand is found too.
        last = LEAST
        while page := list(read_rows(WAITING, last, PAGE)):
            last = page[-1].id
            for row in page:
                self._report.waiting += 1
                if leaf_hash(row.body) != row.leaf_hash:
                    self._changed(row, None, "body or leaf_hash", None)
                self._check_columns(row, row.body, None)
                if _is_entry(row.body):
                    at = parse(row.body).at
                    oldest = at if oldest is None else min(oldest, at)
        if oldest is not None and now - oldest > WAIT:
            self._report.add(
                FindingKind.WAITING_TOO_LONG,
                (
                    f"{self._report.waiting} entries wait for their place, the oldest since "
                    f"{clock.to_text(oldest)}."
                ),
            )


class _Checkpoints:
    """Step 4: the signed checkpoints in order of size, held against the tree as it grows."""

    def __init__(self, trusted: Sequence[Verifier], report: VerificationReport) -> None:
        self._trusted = trusted
        self._report = report
        rows = CheckpointRow.objects.order_by("size").values_list("size", "root", "note")
        self._rows = iter(rows.iterator(chunk_size=PAGE))
        self._next = next(self._rows, None)

    def reach(self, tree: CompactRange) -> None:
        """Check the checkpoint of the tree's present size, if one was signed."""
        while self._next is not None and self._next[0] <= tree.size:
            (size, root, note), self._next = self._next, next(self._rows, None)
            try:
                signed = open_with(note, self._trusted)
            except (NoteRefused, CheckpointRefused) as error:
                self._report_checkpoint(size, str(error))
                continue
            if (signed.size, signed.root) != (size, bytes(root)):
                self._report_checkpoint(size, "Its columns are not what was signed.")
            elif size != tree.size or signed.root != tree.root():
                self._report_checkpoint(
                    size, "The present tree does not begin with what was signed."
                )

    def finish(self, head: Checkpoint) -> None:
        """Check that none is left over, and that the published one is among them."""
        while self._next is not None:
            (size, _, _), self._next = self._next, next(self._rows, None)
            self._report_checkpoint(size, "The tree is not as large as that.")
        # Published and not signed here: the database is an older copy, or another one.
        if head.size and not CheckpointRow.objects.filter(size=head.size).exists():
            self._report.add(
                FindingKind.CHANGED_CHECKPOINT_ROW,
                f"The published checkpoint of {head.size} entries is not in the database.",
            )

    def _report_checkpoint(self, size: int, why: str) -> None:
        self._report.add(
            FindingKind.CHANGED_CHECKPOINT_ROW,
            f"The stored checkpoint of {size} entries is wrong. {why}",
        )


def _is_entry(body: bytes) -> bool:
    try:
        parse(body)
    except EntryRefused:
        return False
    return True


def _named(index: int | None, entry_id: int | None) -> str:
    place = "" if index is None else f" at place {index}"
    return f"Entry {'?' if entry_id is None else entry_id}{place}"
