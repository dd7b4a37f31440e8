"""How the rows of notices are compared with the log, declared: they decide what is written to
everybody who was in a loss."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.incidents.entries import IncidentChanged, NoticesApproved
from aboveboard.incidents.models import NoticeBatch

_PREPARED: Final = "prepared"


def _prepared(entry: RecordedEntry[IncidentChanged]) -> tuple[str, int] | None:
    step = entry.facts.notices
    return ("id", step.batch) if step is not None and step.step == _PREPARED else None


def _differs(row: NoticeBatch, entry: RecordedEntry[Any]) -> str:
    facts = entry.facts if isinstance(entry.facts, NoticesApproved) else entry.facts.notices
    # The number and the digest of the texts are what the second person read: a row with another has
    # not their approval.
    if row.people != facts.people:
        return "people"
    if row.texts != facts.texts:
        return "texts"
    approved = isinstance(entry.facts, NoticesApproved)
    return "delivery_batch" if approved and row.delivery_batch is None else ""


DECIDING: Final = (
    DecidingTable(
        table="incidents.NoticeBatch",
        speaks_of={
            IncidentChanged: _prepared,
            NoticesApproved: lambda entry: ("id", entry.facts.batch),
        },
        named_in=("entry_id", "approved_entry_id"),
        differs=_differs,
        since="incidents.0005_row_macs",
    ),
)
