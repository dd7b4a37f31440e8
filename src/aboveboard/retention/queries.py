"""Reading holds and restrictions: of one person for a page, of many in one statement for a set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from aboveboard.retention.models import Hold, Restriction
from aboveboard.vault import sealed
from aboveboard.vault.aliases import numbers_of
from aboveboard.vault.holds import stands
from aboveboard.vault.models import Person, SealedRecord


@dataclass(frozen=True, slots=True)
class Keeping:
    """What stands on a person at a moment: whether the law holds their data,
    whether it is restricted."""

    held_by_law: bool
    restricted: bool


NOTHING_STANDS = Keeping(held_by_law=False, restricted=False)


def standing(person_ids: Collection[int], *, at: datetime) -> dict[int, Keeping]:
    """Return what stands on each of those who are held, in one statement. A use has it in
    its ``Sealed`` already."""
    rows = Person.objects.filter(id__in=person_ids).values_list(
        "id", "held_until", "restricted_until"
    )
    return {
        person_id: Keeping(stands(held, at), stands(restricted, at))
        for person_id, held, restricted in rows
    }


@dataclass(frozen=True, slots=True)
class Shelf:
    """What must be known of a person to say what may still be kept: no key, nothing opened.

    ``collected``: each field held, and when its value was collected.
    """

    person_id: int
    collected: Mapping[str, datetime]
    last_active_at: datetime
    held_until: datetime | None
    restricted_until: datetime | None
    serials: Mapping[str, int]


def shelves(*, after: int, limit: int) -> Sequence[Shelf]:
    """Return up to ``limit`` people after the id ``after``, rising, in one statement."""
    return _shelves(SealedRecord.objects.filter(person_id__gt=after).order_by("person_id")[:limit])


def shelves_of(person_ids: Collection[int]) -> dict[int, Shelf]:
    """Return those of the people who are held, in one statement."""
    return {
        shelf.person_id: shelf
        for shelf in _shelves(SealedRecord.objects.filter(person_id__in=person_ids))
    }


def _shelves(records: QuerySet[SealedRecord]) -> list[Shelf]:
    columns = (
        "person__collected_at",
        "person__last_active_at",
        "person__held_until",
        "person__restricted_until",
        "boxes",
    )
    shelves = []
    for (
        person_id,
        collected_at,
        last_active_at,
        held_until,
        restricted_until,
        boxes,
    ) in records.values_list("person_id", *columns):
        origins = {name: box.origin for name, box in sealed.decode(bytes(boxes)).items()}
        collected = {name: origin.collected_at or collected_at for name, origin in origins.items()}
        serials = {name: origin.promise_serial for name, origin in origins.items()}
        shelves.append(
            Shelf(person_id, collected, last_active_at, held_until, restricted_until, serials)
        )
    return shelves


def holds(person_id: int) -> Sequence[Hold]:
    """Return every hold there ever was on a person, newest first."""
    return list(Hold.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id"))


def restrictions(person_id: int) -> Sequence[Restriction]:
    """Return every restriction there ever was of a person, newest first."""
    return list(
        Restriction.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id")
    )


def standing_holds(*, at: datetime) -> Sequence[Hold]:
    """Return the holds that stand at a moment, oldest first: the list that somebody must go
    through now and then."""
    return [
        row
        for row in Hold.objects.filter(ended_at__isnull=True).order_by("at", "id")
        if row.until is None or at < row.until
    ]


def standing_restrictions(*, at: datetime) -> Sequence[Restriction]:
    """Return the restrictions that stand at a moment, oldest first."""
    return [
        row
        for row in Restriction.objects.filter(ended_at__isnull=True).order_by("at", "id")
        if row.until is None or at < row.until
    ]
