"""What others read of incidents, as values: no row of a table leaves this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident. ``reported_by``: the actor, as JSON; ``reported_in_seconds``: how long the
    report took to write, None if nobody measured it; ``answers``: to the questions of
    ``assessment.circumstances``, as far as somebody answered."""

    number: int
    reference: str
    kind: IncidentKind
    title: str
    occurred_at: datetime | None
    discovered_at: datetime
    aware_at: datetime
    determined_at: datetime | None
    opened_at: datetime
    reported_by: dict[str, str]
    reported_in_seconds: int | None
    device_id: int | None
    published_at: datetime | None
    answers: dict[str, str]

    @classmethod
    def of(cls, row: Incident) -> IncidentView:
        """Return the view of a row."""
        return cls(
            number=row.number,
            reference=row.reference,
            kind=IncidentKind(row.kind),
            title=row.title,
            occurred_at=row.occurred_at,
            discovered_at=row.discovered_at,
            aware_at=row.aware_at,
            determined_at=row.determined_at,
            opened_at=row.opened_at,
            reported_by=row.reported_by,
            reported_in_seconds=row.reported_in_seconds,
            device_id=row.device_id,
            published_at=row.published_at,
            answers=row.circumstances,
        )
