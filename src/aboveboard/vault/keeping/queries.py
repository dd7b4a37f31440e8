"""Reading holds and restrictions: of one person for a page, of many in one statement for a set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from aboveboard.vault.keeping.models import Hold, Restriction
from aboveboard.vault.keeping.standing import stands
from aboveboard.vault.models import Person


@dataclass(frozen=True, slots=True)
class Keeping:
    """What stands on a person at a moment: whether the law holds their data, whether it is restricted."""

    held_by_law: bool
    restricted: bool


def standing(person_ids: Collection[int], *, at: datetime) -> dict[int, Keeping]:
    """Return what stands on each of those who are held, in one statement. A use has it in its ``Sealed`` already."""
    rows = Person.objects.filter(id__in=person_ids).values_list("id", "held_until", "restricted_until")
    return {person_id: Keeping(stands(held, at), stands(restricted, at)) for person_id, held, restricted in rows}


def holds(person_id: int) -> Sequence[Hold]:
    """Return every hold there ever was on a person, newest first."""
    return list(Hold.objects.filter(person_id=person_id).order_by("-at", "-id"))


def restrictions(person_id: int) -> Sequence[Restriction]:
    """Return every restriction there ever was of a person, newest first."""
    return list(Restriction.objects.filter(person_id=person_id).order_by("-at", "-id"))


def standing_holds(*, at: datetime) -> Sequence[Hold]:
    """Return the holds that stand at a moment, oldest first: the list that somebody must go through now and then."""
    return [row for row in Hold.objects.filter(ended_at__isnull=True).order_by("at", "id") if row.until is None or at < row.until]


def standing_restrictions(*, at: datetime) -> Sequence[Restriction]:
    """Return the restrictions that stand at a moment, oldest first."""
    return [row for row in Restriction.objects.filter(ended_at__isnull=True).order_by("at", "id") if row.until is None or at < row.until]
