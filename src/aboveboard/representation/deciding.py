"""How the rows of authorities to act are compared with the log, declared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.representation.entries import (
    DeathApproved,
    DeathRecorded,
    DeathTakenBack,
    RepresentationApproved,
    RepresentationEnded,
    RepresentationRecorded,
)
from aboveboard.representation.models import Death, Representation


def _speaks_of(
    entry: RecordedEntry[RepresentationApproved | RepresentationEnded],
) -> tuple[str, int] | None:
    # A restoration does not bring back what was recorded after its backup, so neither what became
    # of it. That a row was deleted is said of the entry that recorded it.
    recorded = entry.facts.recorded
    held = Representation.objects.filter(entry_id=recorded).exists()
    return ("entry_id", recorded) if held else None


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


def _death_differs(row: Death, entry: RecordedEntry[Any]) -> str:
    step = {DeathApproved: "approved_", DeathTakenBack: "ended_"}.get(type(entry.facts), "")
    recorded = {f"{step}entry_id": entry.id, f"{step}actor": entry.by.as_json()}
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


def _unrecorded(model: type[Representation | Death]) -> Iterator[str]:
    """Yield rows that are approved or ended and name no entry that says so."""
    for step in ("approved", "ended"):
        wrong = {f"{step}_at__isnull": False, f"{step}_entry_id": None}
        for key in model.objects.filter(**wrong).values_list("pk", flat=True):
            yield f"{model._meta.label} {key} is {step}, and names no entry for it."


DECIDING: Final = (
    DecidingTable(
        table="representation.Representation",
        speaks_of={
            RepresentationRecorded: lambda entry: ("entry_id", entry.id),
            RepresentationApproved: _speaks_of,
            RepresentationEnded: _speaks_of,
        },
        named_in=("entry_id", "approved_entry_id", "ended_entry_id"),
        differs=_differs,
        check=partial(_unrecorded, Representation),
        since="representation.0001_initial",
    ),
    DecidingTable(
        table="representation.Death",
        speaks_of={
            DeathRecorded: lambda entry: ("entry_id", entry.id),
            DeathApproved: lambda entry: ("entry_id", entry.facts.recorded),
            DeathTakenBack: lambda entry: ("entry_id", entry.facts.recorded),
        },
        named_in=("entry_id", "approved_entry_id", "ended_entry_id"),
        differs=_death_differs,
        check=partial(_unrecorded, Death),
        since="representation.0002_death",
    ),
)
