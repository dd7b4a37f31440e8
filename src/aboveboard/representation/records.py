"""What other packages read of an authority to act: a frozen copy of a row. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.representation.limits import WAITING_LIFE
from aboveboard.representation.terms import Capacity, Power, RepresentationState

if TYPE_CHECKING:
    from aboveboard.representation.models import Representation


@dataclass(frozen=True, slots=True)
class RepresentationRecord:
    """An authority to act. ``representative_id`` None: somebody who is not held here. ``until``
    None: until it is ended. The last three are who recorded, approved and ended it."""

    id: int
    person_id: int
    representative_id: int | None
    capacity: Capacity
    powers: frozenset[Power]
    reference: str
    document: str
    by_court: bool
    since: datetime
    until: datetime | None
    at: datetime
    approved_at: datetime | None
    ended_at: datetime | None
    entry_id: int
    authentic: bool
    recorded_by: Actor
    approved_by: Actor | None
    ended_by: Actor | None

    def state(self, at: datetime) -> RepresentationState:
        """Return where it is at a moment: asked of the clock each time, so that no job has to run
        for it to lapse."""
        if not self.authentic:
            return RepresentationState.NOT_AUTHENTIC
        if self.ended_at is not None:
            return RepresentationState.ENDED
        if self.until is not None and at >= self.until:
            return RepresentationState.LAPSED
        if self.approved_at is None:
            waited = at >= self.at + WAITING_LIFE
            return RepresentationState.LAPSED if waited else RepresentationState.WAITING
        return RepresentationState.NOT_YET if at < self.since else RepresentationState.IN_FORCE

    def allows(self, power: Power, at: datetime) -> bool:
        """Whether it lets its representative do this at a moment."""
        return power in self.powers and self.state(at) is RepresentationState.IN_FORCE

    @property
    def actor(self) -> Actor:
        """Who acts under it, for the log: as what, and nobody's number."""
        return Actor(ActorKind.REPRESENTATIVE, "", self.capacity.value)

    @property
    def evidence(self) -> str:
        """What a choice or a look under it refers to."""
        return f"representation:{self.id}"


def representation_record(row: Representation) -> RepresentationRecord:
    """Return the frozen copy of a row."""
    return RepresentationRecord(
        row.pk,
        row.person_id,
        row.representative_id,
        Capacity(row.capacity),
        frozenset(map(Power, row.powers)),
        row.reference,
        row.document,
        row.by_court,
        row.since,
        row.until,
        row.at,
        row.approved_at,
        row.ended_at,
        row.entry_id,
        row.authentic,
        Actor.from_json(row.actor),
        Actor.from_json(row.approved_actor) if row.approved_actor else None,
        Actor.from_json(row.ended_actor) if row.ended_actor else None,
    )
