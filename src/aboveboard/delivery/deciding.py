"""How the rows of instructions about correspondence are compared with the log, declared."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.delivery.entries import CorrespondenceEnded, CorrespondenceSet
from aboveboard.delivery.models import Correspondence


def _differs(row: Correspondence, entry: RecordedEntry[Any]) -> str:
    if row.why != entry.facts.why:
        return "why"
    return "" if (row.sealed is not None) == entry.facts.instead else "sealed"


DECIDING: Final = (
    DecidingTable(
        table="delivery.Correspondence",
        since="delivery.0003_row_macs",
        speaks_of={
            CorrespondenceSet: lambda entry: ("entry_id", entry.id),
            # One from before endings named what they end names none.
            CorrespondenceEnded: lambda entry: ("entry_id", entry.facts.ends or 0),
        },
        differs=_differs,
        ends=frozenset({CorrespondenceEnded}),
    ),
)
