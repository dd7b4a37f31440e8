"""What must be known of a person to say what may still be kept of them.

No key is needed and nothing is opened: the origin of each value is in the clear beside its box.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from aboveboard.vault import sealed
from aboveboard.vault.holds import read_dates
from aboveboard.vault.models import SealedRecord


@dataclass(frozen=True, slots=True)
class RetentionState:
    """One person's dates.

    Attributes:
        collected: each field held, and when its value was collected.
        serials: each field held, and the promise version that its value was collected under.
        held_until, restricted_until: end of the longest open hold and restriction; None: none.
    """

    person_id: int
    collected: Mapping[str, datetime]
    last_active_at: datetime
    held_until: datetime | None
    restricted_until: datetime | None
    serials: Mapping[str, int]


def retention_states(*, after: int, limit: int) -> Sequence[RetentionState]:
    """Return up to ``limit`` people after the id ``after``, rising, in one statement."""
    return _states(SealedRecord.objects.filter(person_id__gt=after).order_by("person_id")[:limit])


def retention_states_of(person_ids: Collection[int]) -> dict[int, RetentionState]:
    """Return those of the people who are held, in one statement."""
    return {
        state.person_id: state
        for state in _states(SealedRecord.objects.filter(person_id__in=person_ids))
    }


def _states(records: QuerySet[SealedRecord]) -> list[RetentionState]:
    columns = (
        "person__collected_at",
        "person__last_active_at",
        "person__held_until",
        "person__restricted_since",
        "person__restricted_until",
        "person__open_mac",
        "boxes",
    )
    states = []
    for (
        person_id,
        collected_at,
        last_active_at,
        held_until,
        restricted_since,
        restricted_until,
        open_mac,
        boxes,
    ) in records.values_list("person_id", *columns):
        origins = {name: box.origin for name, box in sealed.decode(bytes(boxes)).items()}
        collected = {name: origin.collected_at or collected_at for name, origin in origins.items()}
        serials = {name: origin.promise_serial for name, origin in origins.items()}
        dates = read_dates(person_id, held_until, restricted_since, restricted_until, open_mac)
        states.append(
            RetentionState(
                person_id,
                collected,
                last_active_at,
                dates.held_until,
                dates.restricted_until,
                serials,
            )
        )
    return states
