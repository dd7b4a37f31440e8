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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.apps import apps

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Facts, FactsMalformed, RedoByHand
from aboveboard.basics.package import DecidingTable, NotNeeded, RecordedEntry, gathered
from aboveboard.keys.rows import DecidingRow
from aboveboard.ledger import queries as ledger
from aboveboard.recovery.entries import RestoreDone
from aboveboard.vault.queries import resolve_handles

_PAGE: Final = 1_000
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
    total, done = row_count(), 0
    for table in deciding_tables():
        rows = model_of(table).objects.order_by("pk").iterator(chunk_size=_PAGE)
        for page in _pages(rows):
            yield from _check_page(table, page)  # 1, 2
            done += len(page)
            progress(done, total)
    yield from _check_entries()  # 3
    for table in deciding_tables():
        for sentence in table.check():  # 4
            yield RowFinding(table.table, sentence)


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
            typed = recorded(entry, facts)
        except FactsMalformed:
            yield f"names entry {entry_id}, which cannot be read."
            continue
        key = key_of(typed)
        if key is None or getattr(row, key[0]) != key[1]:
            yield f"names entry {entry_id}, which speaks of another row."
        elif column := table.differs(row, typed):
            yield f"is not as entry {entry_id} says: {column} differs."


def recorded(entry: ledger.LedgerEntry, facts: Any) -> RecordedEntry[Any]:
    """Return an entry with its facts typed.

    Raises:
        FactsMalformed: they are of another form.
    """
    return RecordedEntry(entry.id, entry.at, entry.actor, facts.from_json(entry.facts), None)


def _check_entries() -> Iterator[RowFinding]:
    """Step 3."""
    without_row: list[tuple[DecidingTable, ledger.LedgerEntry]] = []
    lost = _lost_to_restorations()
    for table in deciding_tables():
        if isinstance(table.speaks_of, NotNeeded):
            continue
        kinds = {facts.kind: (facts, key_of) for facts, key_of in table.speaks_of.items()}
        with_row: Counter[_Twin] = Counter()
        missing: list[tuple[ledger.LedgerEntry, tuple[str, int]]] = []
        ends, ended = {facts.kind for facts in table.ends}, set()
        for page in _pages(ledger.entries_of(kinds)):
            keyed = [
                (entry, key)
                for entry in page
                if (key := kinds[entry.kind][1](recorded(entry, kinds[entry.kind][0])))
            ]
            named = _named(table, [key for _, key in keyed])
            for entry, key in keyed:
                if _is_lost(entry, lost, kinds[entry.kind][0]):
                    continue
                if key not in named:
                    if entry.kind in ends:
                        ended.add(key)
                    missing.append((entry, key))
                    continue
                with_row[_twin(entry)] += 1
                if entry.id > max(named[key], default=0) and not _other_is_named(
                    table, entry, named[key]
                ):
                    sentence = f"Entry {entry.id} ({entry.kind}) changed a row that is as before."
                    yield RowFinding(table.table, sentence)
        for entry, key in missing:
            if key in ended:
                continue
            if table.twice and with_row[_twin(entry)] > 0:
                with_row[_twin(entry)] -= 1  # its row names the other of the two
            else:
                without_row.append((table, entry))
    # Computed only where something is missing: it goes through the keys of everybody.
    living, _ = resolve_handles({entry.handle for _, entry in without_row if entry.handle})
    for table, entry in without_row:
        if not entry.handle or entry.handle in living:
            sentence = f"Entry {entry.id} ({entry.kind}) has no row any more: it was deleted."
            yield RowFinding(table.table, sentence)


def _lost_to_restorations() -> list[tuple[int, int]]:
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
    while page := list(islice(items, _PAGE)):
        yield page
