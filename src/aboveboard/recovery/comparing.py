"""Comparing every row that decides with the log.

A row's MAC says that this program wrote it (``keys.rows``). That a row was deleted, or put back as
it was before, only the log can tell. The procedure, numbered as in the code:

1. Each row has its MAC.
2. Each entry that a row names is in the log, speaks of this row, and says what the row says.
3. Each entry about such rows has its row, and the row is not older than the entry. The rows of an
   erased person went with them, so an entry that nobody's handle leads to any more is left alone;
   so is what a restoration said that it could not repeat.
4. What else a package knows of its rows holds (``DecidingTable.check``).

The log itself is compared with what is published by ``ledger.audit``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.apps import apps

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Facts, FactsMalformed, RedoByHand
from aboveboard.basics.package import (
    DecidingTable,
    NotNeeded,
    RecordedEntry,
    SpeaksOf,
    gathered,
)
from aboveboard.keys import queries as keys
from aboveboard.keys.rows import DecidingRow
from aboveboard.ledger import queries as ledger
from aboveboard.recovery import limits
from aboveboard.recovery.entries import RestoreDone

Progress = Callable[[int, int], None]
_Twin = tuple[str, datetime, Actor]


@dataclass(frozen=True, slots=True)
class RowFinding:
    """Something that a row should not be: which table, and a sentence without personal data."""

    table: str
    sentence: str


def deciding_tables() -> list[DecidingTable]:
    """Return every table that a package declares as deciding."""
    return [table for package in gathered() for table in package.deciding]


def model_of(table: DecidingTable) -> type[DecidingRow]:
    """Return the model of a declared table."""
    model: type[DecidingRow] = apps.get_model(table.table)
    return model


def row_count() -> int:
    """Return how many rows decide."""
    return sum(model_of(table).objects.count() for table in deciding_tables())


def compare_rows(progress: Progress = lambda done, total: None) -> Iterator[RowFinding]:
    """Yield everything in which the rows that decide and the log differ.

    Memory grows with what is wrong, and with the entries of people who were erased.
    """
    for findings in compare_in_steps(progress=progress):
        yield from findings


def compare_in_steps(
    tables: Sequence[DecidingTable] | None = None,
    progress: Progress = lambda done, total: None,
    nobodys: set[str] | None = None,
) -> Iterator[list[RowFinding]]:
    """Yield what differs, for each page of rows or of entries, in some tables or in all. Between
    two pages nothing of the database is held, however long the caller waits.

    ``nobodys``: handles that are known to lead to nobody any more, as after an erasure; more are
    added. To find out costs a walk through the keys of everybody.
    """
    if tables is None:
        tables = deciding_tables()
    total, done = sum(model_of(table).objects.count() for table in tables), 0
    for table in tables:
        for page in _pages_of_rows(table):
            yield list(_check_page(table, page))  # 1, 2
            done += len(page)
            progress(done, total)
    yield from _check_entries(tables, set() if nobodys is None else nobodys)  # 3
    for table in tables:
        yield [RowFinding(table.table, sentence) for sentence in table.check()]  # 4


def _pages_of_rows(table: DecidingTable) -> Iterator[list[DecidingRow]]:
    # By key and not by a cursor: one left open keeps SQLite's files from being tidied up.
    rows = model_of(table).objects.order_by("pk")
    page = list(rows[: limits.COMPARE_PAGE])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1].pk)[: limits.COMPARE_PAGE])


def _check_page(table: DecidingTable, page: list[DecidingRow]) -> Iterator[RowFinding]:
    entry_ids = {
        entry_id
        for row in page
        for column in table.named_in
        if (entry_id := getattr(row, column)) is not None
    }
    entries = {entry.id: entry for entry in ledger.entries(entry_ids)}
    for row in page:
        name = f"{table.table} {row.pk}"
        if not row.authentic:  # 1
            yield RowFinding(table.table, f"{name} is not as this program wrote it.")
        for sentence in differences(table, row, entries):  # 2
            yield RowFinding(table.table, f"{name} {sentence}")


def differences(
    table: DecidingTable, row: DecidingRow, entries: Mapping[int, ledger.LedgerEntry]
) -> Iterator[str]:
    """Yield in which a row differs from the entries that it names."""
    if isinstance(table.speaks_of, NotNeeded):
        return
    kinds = {facts.kind: (facts, key_of) for facts, key_of in table.speaks_of.items()}
    for place, column in enumerate(table.named_in):
        entry_id = getattr(row, column)
        if entry_id is None:
            if place == 0 and not table.may_be_unnamed(row):
                yield "names no entry of the log."
            continue
        entry = entries.get(entry_id)
        if entry is None or entry.kind not in kinds:
            yield f"names entry {entry_id}, which the log does not have, or which is another."
            continue
        facts, key_of = kinds[entry.kind]
        try:
            typed = typed_entry(entry, facts)
        except FactsMalformed:
            yield f"names entry {entry_id}, which cannot be read."
            continue
        key = key_of(typed)
        if key is None or getattr(row, key[0]) != key[1]:
            yield f"names entry {entry_id}, which speaks of another row."
        elif column := table.differs(row, typed):
            yield f"is not as entry {entry_id} says: {column} differs."


def typed_entry(entry: ledger.LedgerEntry, facts: Any) -> RecordedEntry[Any]:
    """Return an entry with its facts typed.

    Raises:
        FactsMalformed: they are of another form.
    """
    return RecordedEntry(entry.id, entry.at, entry.actor, facts.from_json(entry.facts), None)


def _check_entries(
    tables: Sequence[DecidingTable], nobodys: set[str]
) -> Iterator[list[RowFinding]]:
    """Step 3. In one walk through the log for all tables."""
    lost = _restored_ranges()
    walked = [
        _EntriesOfTable(table, table.speaks_of, lost)
        for table in tables
        if not isinstance(table.speaks_of, NotNeeded)
    ]
    kinds = {kind for each in walked for kind in each.kinds}
    for page in _pages(ledger.entries_of(kinds)):
        yield [finding for each in walked for finding in each.check(page)]
    without_row = [(each.table, entry) for each in walked for entry in each.without_row()]
    handles = {entry.handle for _, entry in without_row if entry.handle}
    living: set[str] = set()
    for some in _handles_of_people(handles - nobodys):
        living |= some
        yield []
    nobodys |= handles - living
    yield [
        RowFinding(
            table.table, f"Entry {entry.id} ({entry.kind}) has no row any more: it was deleted."
        )
        for table, entry in without_row
        if not entry.handle or entry.handle in living
    ]


def _handles_of_people(handles: Collection[str]) -> Iterator[set[str]]:
    """Yield, for each page of people, which of these handles are theirs. Asked only where a row is
    missing: it goes through the keys of everybody."""
    people = keys.people_with_keys().order_by("person_id")
    left = set(handles)
    page = list(people[: limits.COMPARE_PAGE]) if left else []
    while page and left:
        theirs = {
            handle
            for person in keys.handles(page).values()
            for handle in person.count_used(left)[0]
        }
        left -= theirs
        yield theirs
        page = list(people.filter(person_id__gt=page[-1])[: limits.COMPARE_PAGE])


class _EntriesOfTable:
    """The entries about the rows of one table, in the order of the log."""

    def __init__(
        self, table: DecidingTable, speaks_of: SpeaksOf, lost: list[tuple[int, int]]
    ) -> None:
        self.table = table
        self.kinds = {facts.kind: (facts, key_of) for facts, key_of in speaks_of.items()}
        self._lost = lost
        self._ends = {facts.kind for facts in table.ends}
        self._ended: set[tuple[str, int]] = set()
        self._with_row: Counter[_Twin] = Counter()
        self._missing: list[tuple[ledger.LedgerEntry, tuple[str, int]]] = []

    def check(self, page: Sequence[ledger.LedgerEntry]) -> Iterator[RowFinding]:
        """Yield which rows are older than entries of this page."""
        keyed = [
            (entry, key)
            for entry in page
            if entry.kind in self.kinds and (key := self._key_of(entry))
        ]
        named = _named(self.table, [key for _, key in keyed])
        for entry, key in keyed:
            if _is_lost(entry, self._lost, self.kinds[entry.kind][0]):
                continue
            if key not in named:
                if entry.kind in self._ends:
                    self._ended.add(key)
                self._missing.append((entry, key))
                continue
            self._with_row[_twin(entry)] += 1
            if entry.id > max(named[key], default=0) and not _other_is_named(
                self.table, entry, named[key]
            ):
                yield RowFinding(
                    self.table.table,
                    f"Entry {entry.id} ({entry.kind}) changed a row that is as before.",
                )

    def without_row(self) -> Iterator[ledger.LedgerEntry]:
        """Yield, after the last page, the entries whose row is missing."""
        for entry, key in self._missing:
            if key in self._ended:
                continue
            if self.table.twice and self._with_row[_twin(entry)] > 0:
                self._with_row[_twin(entry)] -= 1  # its row names the other of the two
            else:
                yield entry

    def _key_of(self, entry: ledger.LedgerEntry) -> tuple[str, int] | None:
        facts, key_of = self.kinds[entry.kind]
        return key_of(typed_entry(entry, facts))


def _restored_ranges() -> list[tuple[int, int]]:
    """Return, for each restoration, the places in the tree of what was done after its backup. The
    log says so itself (``restore.done``)."""
    return [
        (int(str(entry.facts["entries"])), entry.leaf_index)
        for entry in ledger.entries_of([RestoreDone.kind])
        if entry.leaf_index is not None
    ]


def _is_lost(entry: ledger.LedgerEntry, lost: list[tuple[int, int]], facts: type[Facts]) -> bool:
    """Whether what the entry says was done after a backup that was restored since, and could not be
    repeated: a person was told to do it again, which has entries of its own."""
    return (
        isinstance(facts.on_restore, RedoByHand)
        and entry.leaf_index is not None
        and any(first <= entry.leaf_index < end for first, end in lost)
    )


def _twin(entry: ledger.LedgerEntry) -> _Twin:
    """What two entries of one change have in common; their facts may be sealed apart."""
    return entry.kind, entry.at, entry.actor


def _other_is_named(table: DecidingTable, entry: ledger.LedgerEntry, named: list[int]) -> bool:
    return table.twice and any(_twin(other) == _twin(entry) for other in ledger.entries(named))


def _named(table: DecidingTable, keys: list[tuple[str, int]]) -> dict[tuple[str, int], list[int]]:
    """Return, for each key that a row has, the entries which that row names."""
    entry_ids = {}
    for column in {column for column, _ in keys}:
        values = {value for name, value in keys if name == column}
        rows = model_of(table).objects.filter(**{f"{column}__in": values})
        for value, *named in rows.values_list(column, *table.named_in):
            entry_ids[column, value] = [entry for entry in named if entry is not None]
    return entry_ids


def _pages(items: Iterator[Any]) -> Iterator[list[Any]]:
    while page := list(islice(items, limits.COMPARE_PAGE)):
        yield page
