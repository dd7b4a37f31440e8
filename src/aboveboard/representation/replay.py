"""Approving and ending again what a restored database holds as it was before. No entry is written:
it is there."""

from __future__ import annotations

from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.basics.reference import restored_reference
from aboveboard.representation.entries import (
    DeathApproved,
    DeathRecorded,
    DeathTakenBack,
    RepresentationApproved,
    RepresentationEnded,
)
from aboveboard.representation.models import Death, Representation


def repeat(
    entry: RecordedEntry[
        RepresentationApproved | RepresentationEnded | DeathApproved | DeathTakenBack
    ],
) -> None:
    """Approve or end what the entry says.

    Raises:
        NotHeld: it is not in what was restored.
    """
    facts = entry.facts
    model = Death if isinstance(facts, DeathApproved | DeathTakenBack) else Representation
    row = model.objects.filter(entry_id=facts.recorded).first()
    if row is None:
        raise NotHeld(what="authority to act")
    step = "approved" if isinstance(facts, RepresentationApproved | DeathApproved) else "ended"
    setattr(row, f"{step}_at", entry.at)
    setattr(row, f"{step}_actor", entry.by.as_json())
    setattr(row, f"{step}_entry_id", entry.id)
    row.save(update_fields=[f"{step}_at", f"{step}_actor", f"{step}_entry_id"])


def repeat_death(entry: RecordedEntry[DeathRecorded]) -> None:
    """Record the report again, if it is not there.

    Raises:
        NotHeld: the person is not in what was restored.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    Death.objects.get_or_create(
        entry_id=entry.id,
        defaults={
            "person_id": entry.person_id,
            "reference": restored_reference(entry.facts.reference, entry.id),
            "at": entry.at,
            "actor": entry.by.as_json(),
        },
    )
