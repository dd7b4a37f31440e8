"""Whether communications about an incident are frozen: then nothing is sent, reported or published.

A row that this program did not write, or not so, counts as in force: doubt holds what cannot be
called back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.errors import Conflict
from aboveboard.incidents.case import sealing
from aboveboard.incidents.models import CommunicationsFreeze, Incident


class CommunicationsFrozen(Conflict):
    """Communications about {reference} are frozen: nothing is sent, reported or published."""

    code = "communications_frozen"
    next_step = "An incident lead or a privacy lead can lift the freeze, with a reason."


@dataclass(frozen=True, slots=True)
class FreezeView:
    """A freeze: who froze and who lifted, as the actors' JSON; the reasons, None where they cannot
    be read. ``authentic``: whether the row is as this program wrote it."""

    at: datetime
    by: dict[str, str]
    reason: str | None
    lifted_at: datetime | None
    lifted_by: dict[str, str] | None
    lifted_reason: str | None
    authentic: bool

    @property
    def in_force(self) -> bool:
        """Whether it holds what would go out."""
        return self.lifted_at is None or not self.authentic


def freezes(incident: Incident) -> list[FreezeView]:
    """Return every freeze of an incident, newest first."""
    return [
        FreezeView(
            at=row.at,
            by=row.by,
            reason=sealing.read_words("freeze", row.entry_id, row.reason),
            lifted_at=row.lifted_at,
            lifted_by=row.lifted_by,
            lifted_reason=sealing.read_words("lift", row.lifted_entry_id, row.lifted_reason),
            authentic=row.authentic,
        )
        for row in CommunicationsFreeze.objects.filter(incident=incident).order_by("-id")
    ]


def is_frozen(incident: Incident) -> bool:
    """Whether nothing about an incident may go out."""
    rows = CommunicationsFreeze.objects.filter(incident=incident)
    return any(row.lifted_at is None or not row.authentic for row in rows)


def refuse_frozen(incident: Incident) -> None:
    """Refuse what would go out while communications are frozen.

    Raises:
        CommunicationsFrozen: they are.
    """
    if is_frozen(incident):
        raise CommunicationsFrozen(reference=incident.reference, why="a freeze is in force")
