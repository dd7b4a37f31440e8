"""Giving the rows of an instance from before there were MACs theirs: once, and never blindly.

The procedure, numbered as in the code:

1. It is done once in the life of each table: an entry ``rows.authenticated`` in the log says so.
   Whoever takes the MAC off a row afterwards does not get another.
2. A row that names no entry yet names the newest that speaks of it.
3. A row that says what its entry says gets its MAC. One that does not stays without, decides
   nothing, and is named.
4. What else a package must write for these rows is written (``DecidingTable.upgraded``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Code
from aboveboard.basics.package import FIRST_MACS, DecidingTable, NotNeeded, SpeaksOf
from aboveboard.keys.rows import DecidingRow
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.recovery.comparing import (
    RowFinding,
    deciding_tables,
    differences,
    model_of,
    typed_entry,
)
from aboveboard.recovery.entries import RowsAuthenticated

_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """What became of the rows: how many have their MAC now, and which do not, and why."""

    authenticated: int
    refused: Sequence[RowFinding]


def authenticate_restored_rows(migrations: Collection[str]) -> UpgradeResult:
    """Give the rows of a backup from before there were MACs theirs, in the tables whose migration
    it does not have. No entry is written: the ones that came after the backup are not in this
    database yet."""
    with transaction.atomic():
        return _authenticate([t for t in deciding_tables() if t.since not in migrations])


def authenticate_rows(*, by: Actor, at: datetime) -> UpgradeResult | None:
    """Give the rows from before there were MACs theirs; None if that was done before for every
    table (entries ``rows.authenticated``).

    In one transaction: if it is interrupted, the next try starts again.
    """
    done = _authenticated_tables()
    tables = [table for table in deciding_tables() if table.table not in done]  # 1
    if not tables:
        return None
    with transaction.atomic():
        upgrade = _authenticate(tables)
        names = tuple(sorted(Code(table.table) for table in tables))
        entry = RowsAuthenticated(upgrade.authenticated, len(upgrade.refused), names)
        append(entry, by=by, handle=None, at=at)
    return upgrade


def _authenticated_tables() -> set[str]:
    """Return the tables whose rows have had their MACs, by the log."""
    done: set[str] = set()
    for entry in ledger.entries_of([RowsAuthenticated.kind]):
        named = typed_entry(entry, RowsAuthenticated).facts.tables
        first = (each.table for each in deciding_tables() if each.since == FIRST_MACS)
        done.update(first if named is None else named)
    return done


def _authenticate(tables: Sequence[DecidingTable]) -> UpgradeResult:
    """Steps 2 to 4."""
    refused: list[RowFinding] = []
    count = 0
    for table in tables:
        if isinstance(table.speaks_of, NotNeeded):
            continue  # nothing to hold them against here: whoever can, does so in step 4
        _name_entries(table, table.speaks_of)  # 2
        for page in _without_mac(table):
            good, bad = _compare_page(table, page)
            refused += bad
            for row in good:  # 3
                # By the base manager: the row as it stands, past the rule that what was not
                # authentic when it was read cannot be saved. This is the one place.
                type(row)._base_manager.filter(pk=row.pk).update(mac=row.new_mac())
            count += len(good)
    for table in tables:
        table.upgraded()  # 4
    return UpgradeResult(count, refused)


def _name_entries(table: DecidingTable, speaks_of: SpeaksOf) -> None:
    """Step 2."""
    column = table.named_in[0]
    model = model_of(table)
    if not model._base_manager.filter(**{column: None}).exists():
        return
    kinds = {facts.kind: (facts, key_of) for facts, key_of in speaks_of.items()}
    if (made := table.named_before) is not None:
        unnamed = list(model._base_manager.filter(**{column: None}))
        for entry in ledger.entries_of(kinds):
            typed = typed_entry(entry, kinds[entry.kind][0])
            for row in unnamed:
                if made(row, typed):
                    model._base_manager.filter(pk=row.pk).update(**{column: entry.id})
        return
    newest: dict[tuple[str, int], int] = {}
    for entry in ledger.entries_of(kinds):
        facts, key_of = kinds[entry.kind]
        if (spoken_of := key_of(typed_entry(entry, facts))) is not None:
            newest[spoken_of] = entry.id
    for (key, value), entry_id in newest.items():
        model._base_manager.filter(**{key: value, column: None}).update(**{column: entry_id})


def _without_mac(table: DecidingTable) -> Iterator[list[DecidingRow]]:
    rows = model_of(table)._base_manager.filter(mac=None).order_by("pk")
    reached = None
    while page := list(islice((rows if reached is None else rows.filter(pk__gt=reached)), _PAGE)):
        reached = page[-1].pk
        yield page


def _compare_page(
    table: DecidingTable, page: Sequence[DecidingRow]
) -> tuple[list[DecidingRow], list[RowFinding]]:
    named = {
        entry_id
        for row in page
        for column in table.named_in
        if (entry_id := getattr(row, column)) is not None
    }
    entries = {entry.id: entry for entry in ledger.entries(named)}
    good, bad = [], []
    for row in page:
        sentences = list(differences(table, row, entries))
        if sentences:
            bad.append(RowFinding(table.table, f"{table.table} {row.pk} {sentences[0]}"))
        else:
            good.append(row)
    return good, bad
