"""Putting holds and restrictions back into a restored database from their ledger entries. No entry
is written: it is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound
from aboveboard.retention.actions import refresh
from aboveboard.retention.models import Hold, Restriction

KINDS: dict[str, type[Hold] | type[Restriction]] = {
    "hold.placed": Hold,
    "hold.released": Hold,
    "restriction.placed": Restriction,
    "restriction.lifted": Restriction,
}


def replay(
    kind: str, person_id: int, entry_id: int, facts: Mapping[str, Json], *, by: Actor, at: datetime
) -> None:
    """Place or end what the entry numbered ``entry_id`` says, if that is not done.

    Raises:
        NotFound: it ends one that is not in what was restored.
    """
    model = KINDS[kind]
    with transaction.atomic():
        if kind.endswith(".placed"):
            until = facts["until"]
            model.objects.get_or_create(
                entry_id=entry_id,
                defaults={
                    "person_id": person_id,
                    "why": str(facts["why"]),
                    "reference": str(facts["reference"]),
                    "at": at,
                    "actor": by.as_json(),
                    "until": clock.from_text(str(until)) if until else None,
                },
            )
        else:
            row = model.objects.filter(entry_id=int(str(facts["placed"]))).first()
            if row is None:
                raise NotFound(what=model.__name__.lower())
            row.ended_at, row.ended_actor, row.ended_reference = (
                at,
                by.as_json(),
                str(facts["reference"]),
            )
            row.ended_entry_id = entry_id
            row.save(update_fields=["ended_at", "ended_actor", "ended_reference", "ended_entry_id"])
        refresh(person_id)
