"""Authorities to act, as two members of staff make them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.representation import actions
from aboveboard.representation.records import RepresentationRecord
from aboveboard.representation.terms import Capacity, NewRepresentation, Power

LEAD = Actor(ActorKind.STAFF, "900021", Role.PRIVACY_LEAD, "Privacy")
COLLEAGUE = Actor(ActorKind.STAFF, "900022", Role.ADVISER, "Leeds shop")


def today() -> date:
    """Return the day on which the test runs."""
    return clock.now().date()


def new(person: int, acts: int | None, **changed: Any) -> NewRepresentation:
    """Return what a member of staff records of an attorney who may choose."""
    stated: dict[str, Any] = {
        "person_id": person,
        "representative_id": acts,
        "capacity": Capacity.ATTORNEY,
        "powers": frozenset({Power.CHOOSE}),
        "reference": "lpa/7000-1",
        "first_day": today() - timedelta(days=1),
    }
    return NewRepresentation(**stated | changed)


def approved(person: int, acts: int | None, **changed: Any) -> RepresentationRecord:
    """Return an authority that two members of staff let stand."""
    recorded = actions.record(new(person, acts, **changed), by=LEAD, at=clock.now())
    return actions.approve(recorded.id, by=COLLEAGUE, at=clock.now())
