"""How the rows of emergency uses and of concerns are compared with the log, declared: they decide
whose fields are shown once more, who answers a customer, and what they were answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aboveboard.access.entries import (
    ConcernAnswered,
    ConcernAssigned,
    ConcernRaised,
    EmergencyReviewed,
    EmergencyUsed,
)
from aboveboard.access.models import EmergencyUse, RaisedConcern
from aboveboard.basics import clock
from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.ledger import queries as ledger


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


def _reviewed_otherwise() -> Iterator[str]:
    """Yield emergency uses that have another verdict than the log has for them, or none any more:
    the fields could be shown again."""
    verdicts: dict[int, str] = {}
    for entry in ledger.entries_of([EmergencyReviewed.kind]):
        reviewed = EmergencyReviewed.from_json(entry.facts)
        verdicts[reviewed.about] = reviewed.verdict
    rows = EmergencyUse.objects.order_by("pk").values_list("pk", "entry_id", "verdict")
    for key, entry_id, verdict in rows:
        if verdict != verdicts.get(entry_id, ""):
            yield f"access.EmergencyUse {key} has another verdict than the log has for it."


def _speaks_of_concern(entry: RecordedEntry[ConcernRaised]) -> tuple[str, int] | None:
    # Concerns from before there was a queue have no date, and no row.
    return None if entry.facts.due is None else ("entry_id", entry.id)


def _concern_differs(
    row: RaisedConcern, entry: RecordedEntry[ConcernRaised | ConcernAssigned | ConcernAnswered]
) -> str:
    facts = entry.facts
    if isinstance(facts, ConcernAssigned):
        recorded: dict[str, object] = {"owner_id": facts.owner}
    elif isinstance(facts, ConcernAnswered):
        recorded = {"verdict": facts.verdict, "answered_by": entry.by.as_json()}
    else:
        recorded = {"about": facts.about, "concern": facts.concern}
        # The log has moments to the second or as finely as it writes them.
        if facts.due is None or clock.to_text(row.due_at) != clock.to_text(facts.due):
            return "due_at"
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


def _unrecorded() -> Iterator[str]:
    """Yield concerns that have an owner or an answer, and name no entry that says so."""
    rows = RaisedConcern.objects
    for column, entry in (("owner_id", "assigned_entry_id"), ("answered_at", "answer_entry_id")):
        wrong = rows.filter(**{f"{column}__isnull": False, entry: None})
        for key in wrong.values_list("pk", flat=True):
            yield f"access.RaisedConcern {key} has {column}, and names no entry that says so."


DECIDING: Final = (
    DecidingTable(
        table="access.EmergencyUse",
        speaks_of={EmergencyUsed: _speaks_of},
        differs=_differs,
        check=_reviewed_otherwise,
        since="access.0005_row_macs",
    ),
    DecidingTable(
        table="access.RaisedConcern",
        speaks_of={
            ConcernRaised: _speaks_of_concern,
            ConcernAssigned: lambda entry: ("entry_id", entry.facts.raised),
            ConcernAnswered: lambda entry: ("entry_id", entry.facts.raised),
        },
        named_in=("entry_id", "assigned_entry_id", "answer_entry_id"),
        differs=_concern_differs,
        check=_unrecorded,
        since="access.0007_raised_concern",
    ),
)
