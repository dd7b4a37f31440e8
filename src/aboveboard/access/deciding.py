"""How the rows of emergency uses are compared with the log, declared: they decide whose fields are
shown once more."""

from __future__ import annotations

from typing import Final

from aboveboard.access.entries import EmergencyUsed
from aboveboard.access.models import EmergencyUse
from aboveboard.basics.package import DecidingTable, RecordedEntry


def _speaks_of(entry: RecordedEntry[EmergencyUsed]) -> tuple[str, int] | None:
    # A second showing has an entry of its own, and changes nothing of the row.
    return None if entry.facts.of is not None else ("entry_id", entry.id)


def _differs(row: EmergencyUse, entry: RecordedEntry[EmergencyUsed]) -> str:
    recorded = {
        "actor": entry.by.as_json(),
        "why": entry.facts.why,
        "fields": sorted(entry.facts.fields),
    }
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


DECIDING: Final = (
    DecidingTable(
        table="access.EmergencyUse",
        speaks_of={EmergencyUsed: _speaks_of},
        differs=_differs,
        since="access.0005_row_macs",
    ),
)
