"""Reading emergency uses: what waits for its review, what was found, and one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.models import EmergencyUse
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE


@dataclass(frozen=True, slots=True)
class EmergencyRecord:
    """An emergency use as it was recorded: who asked, why, for which fields, until when it may be
    shown again, and its review (``verdict`` is empty until then). ``has_note``: something was
    written for the reviewers; to read it is a use (``review.read_note``)."""

    id: int
    entry_id: int
    actor: Actor
    why: EmergencyGround
    fields: tuple[str, ...]
    reference: str
    at: datetime
    until: datetime
    review_due: datetime
    reviewed_at: datetime | None
    verdict: str
    has_note: bool


def emergency_use(number: int) -> EmergencyRecord:
    """Return one emergency use.

    Raises:
        NotFound: there is none with this number.
    """
    return _required(EmergencyUse.objects.filter(pk=number).first())


def emergency_person(number: int) -> int | None:
    """Return whose data an emergency use opened; None where they were erased, or it was written
    past this program."""
    row = EmergencyUse.objects.filter(pk=number).first()
    return row.person_id if row is not None and row.authentic else None


def own_emergency_use(number: int, account_id: int) -> EmergencyRecord:
    """Return one emergency use of the account that asked for it.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _required(EmergencyUse.objects.filter(pk=number, account_id=account_id).first())


def emergency_use_of_entry(entry_id: int) -> EmergencyRecord:
    """Return the emergency use that an entry proves.

    Raises:
        NotFound: the entry proves none.
    """
    return _required(EmergencyUse.objects.filter(entry_id=entry_id).first())


def awaiting_review() -> list[EmergencyRecord]:
    """Return what waits for a review, the one due first first."""
    rows = EmergencyUse.objects.filter(reviewed_at__isnull=True).order_by("review_due", "id")
    return [record_of(row) for row in rows]


def reviewed(limit: int = PAGE_SIZE) -> list[EmergencyRecord]:
    """Return the newest reviewed ones."""
    rows = EmergencyUse.objects.filter(reviewed_at__isnull=False).order_by("-reviewed_at", "-id")
    return [record_of(row) for row in rows[:limit]]


def count_overdue(at: datetime) -> int:
    """Return how many reviews are overdue."""
    return EmergencyUse.objects.filter(reviewed_at__isnull=True, review_due__lt=at).count()


def verdicts(entry_ids: Collection[int]) -> dict[int, str]:
    """Return what was found of the uses with these entries, where they are reviewed."""
    rows = EmergencyUse.objects.filter(entry_id__in=list(entry_ids)).exclude(verdict="")
    return {row.entry_id: row.verdict for row in rows if row.authentic}


def record_of(row: EmergencyUse) -> EmergencyRecord:
    """Return a row as others read it."""
    return EmergencyRecord(
        row.pk,
        row.entry_id,
        Actor.from_json(row.actor),
        EmergencyGround(row.why),
        tuple(row.fields),
        row.reference,
        row.at,
        row.until,
        row.review_due,
        row.reviewed_at,
        row.verdict,
        bool(row.words),
    )


def _required(row: EmergencyUse | None) -> EmergencyRecord:
    if row is None:
        raise NotFound(what="emergency use")
    return record_of(row)
