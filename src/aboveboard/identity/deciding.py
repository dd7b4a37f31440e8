"""How the rows of merges are compared with the log, and with the numbers that lead to people,
declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.identity.entries import PeopleDistinguished, PeopleMerged, PeopleSplit
from aboveboard.identity.models import DistinctPeople, MergedPerson
from aboveboard.vault.aliases import all_aliases, authenticate


def _differs(row: MergedPerson, entry: RecordedEntry[Any]) -> str:
    if isinstance(entry.facts, PeopleSplit):
        return "" if row.entry_id == entry.facts.merged else "split_entry_id"
    return "" if row.entry_id == entry.id else "entry_id"


def _unlike_aliases() -> Iterator[str]:
    """Yield numbers that lead to somebody without a merge, and merges whose number leads to nobody
    or to another."""
    # In both directions: a number that leads to somebody opens their record, and a merge that leads
    # nowhere has lost one.
    merges = dict(MergedPerson.objects.filter(split_at=None).values_list("merged_id", "person_id"))
    aliases = all_aliases()
    for merged_id in sorted(merges.keys() | aliases.keys()):
        if merges.get(merged_id) != aliases.get(merged_id):
            yield f"vault.Alias {merged_id} does not lead where the merges say."


def _authenticate_aliases() -> None:
    for row in MergedPerson.objects.filter(split_at=None):
        if row.authentic:
            authenticate(row.merged_id, row.person_id)


def _distinct_differs(row: DistinctPeople, entry: RecordedEntry[Any]) -> str:
    if entry.facts.ends is None:
        return "" if row.entry_id == entry.id else "entry_id"
    return "" if row.entry_id == entry.facts.ends else "ended_entry_id"


DECIDING: Final = (
    DecidingTable(
        table="identity.MergedPerson",
        speaks_of={
            PeopleMerged: lambda entry: ("entry_id", entry.id),
            PeopleSplit: lambda entry: ("entry_id", entry.facts.merged),
        },
        named_in=("entry_id", "split_entry_id"),
        differs=_differs,
        twice=True,
        check=_unlike_aliases,
        upgraded=_authenticate_aliases,
    ),
    DecidingTable(
        table="identity.DistinctPeople",
        speaks_of={
            PeopleDistinguished: lambda entry: (
                "entry_id",
                entry.id if entry.facts.ends is None else entry.facts.ends,
            )
        },
        named_in=("entry_id", "ended_entry_id"),
        differs=_distinct_differs,
        since="identity.0003_duplicates",
    ),
)
