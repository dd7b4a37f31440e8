"""How the rows of authorities to act are compared with the log, declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.representation.entries import (
    RepresentationApproved,
    RepresentationEnded,
    RepresentationRecorded,
)
from aboveboard.representation.models import Representation


def _differs(row: Representation, entry: RecordedEntry[Any]) -> str:
    facts = entry.facts
    if isinstance(facts, RepresentationRecorded):
        recorded: dict[str, object] = {
            "capacity": facts.capacity,
            "powers": list(facts.powers),
            "by_court": facts.by_court,
            "actor": entry.by.as_json(),
        }
    elif isinstance(facts, RepresentationApproved):
        recorded = {"approved_entry_id": entry.id, "approved_actor": entry.by.as_json()}
    else:
        recorded = {"ended_entry_id": entry.id, "ended_actor": entry.by.as_json()}
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


def _unrecorded() -> Iterator[str]:
    """Yield rows that are approved or ended and name no entry that says so."""
    for step in ("approved", "ended"):
        wrong = {f"{step}_at__isnull": False, f"{step}_entry_id": None}
        for key in Representation.objects.filter(**wrong).values_list("pk", flat=True):
            yield f"representation.Representation {key} is {step}, and names no entry for it."


DECIDING: Final = (
    DecidingTable(
        table="representation.Representation",
        speaks_of={
            RepresentationRecorded: lambda entry: ("entry_id", entry.id),
            RepresentationApproved: lambda entry: ("entry_id", entry.facts.recorded),
            RepresentationEnded: lambda entry: ("entry_id", entry.facts.recorded),
        },
        named_in=("entry_id", "approved_entry_id", "ended_entry_id"),
        differs=_differs,
        check=_unrecorded,
        since="representation.0001_initial",
    ),
)
