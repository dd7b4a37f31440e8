"""Putting holds and restrictions back into a restored database from their ledger entries. No entry
is written: it is there."""

from __future__ import annotations

from django.db import transaction

from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.basics.reference import restored_reference
from aboveboard.retention.actions import refresh
from aboveboard.retention.entries import (
    HoldPlaced,
    HoldReleased,
    RestrictionLifted,
    RestrictionPlaced,
)
from aboveboard.retention.models import Hold, Restriction


def repeat_placed(entry: RecordedEntry[HoldPlaced] | RecordedEntry[RestrictionPlaced]) -> None:
    """Place what the entry says, if that is not done.

    Raises:
        NotHeld: the person is not in what was restored.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    model = Hold if isinstance(entry.facts, HoldPlaced) else Restriction
    with transaction.atomic():
        # By entry, so that a replay that was stopped and runs again places nothing twice.
        model.objects.get_or_create(
            entry_id=entry.id,
            defaults={
                "person_id": entry.person_id,
                "why": entry.facts.why.value,
                "reference": restored_reference(entry.facts.reference, entry.id),
                "at": entry.at,
                "actor": entry.by.as_json(),
                "until": entry.facts.until,
            },
        )
        refresh(entry.person_id)


def repeat_ended(entry: RecordedEntry[HoldReleased] | RecordedEntry[RestrictionLifted]) -> None:
    """End what the entry says.

    Raises:
        NotHeld: the person, or what it ends, is not in what was restored.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    model = Hold if isinstance(entry.facts, HoldReleased) else Restriction
    with transaction.atomic():
        row = model.objects.filter(entry_id=entry.facts.placed).first()
        if row is None:
            raise NotHeld(what=model.__name__.lower())
        row.ended_at, row.ended_actor = entry.at, entry.by.as_json()
        row.ended_reference = restored_reference(entry.facts.reference, entry.id)
        row.ended_entry_id = entry.id
        row.save(update_fields=["ended_at", "ended_actor", "ended_reference", "ended_entry_id"])
        refresh(entry.person_id)
