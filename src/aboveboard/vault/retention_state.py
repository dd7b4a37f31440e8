"""What must be known of a person to say what may still be kept of them.

Each person's key opens the cover of their record, where the origin of each value stands; no value
is opened. Whoever has no key, or whose record it does not open, is left out: nothing of them can be
read, so nothing can be judged.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import QuerySet

from aboveboard.keys.queries import person_keys
from aboveboard.vault import record_format
from aboveboard.vault.holds import read_dates
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.sealed import RecordDamaged

log = logging.getLogger(__name__)


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
    """Return up to ``limit`` people after the id ``after``, in ascending order; none only where
    nobody is left."""
    while True:
        records = SealedRecord.objects.filter(person_id__gt=after).order_by("person_id")[:limit]
        rows = _rows(records)
        states = _states(rows)
        if states or not rows:
            return states
        # None of them can be read. The caller takes an empty answer for the end.
        after = rows[-1][0]


def retention_states_of(person_ids: Collection[int]) -> dict[int, RetentionState]:
    """Return those of the people who are held."""
    records = SealedRecord.objects.filter(person_id__in=person_ids)
    return {state.person_id: state for state in _states(_rows(records))}


def _rows(records: QuerySet[SealedRecord]) -> list[tuple[Any, ...]]:
    columns = (
        "person_id",
        "person__collected_at",
        "person__last_active_at",
        "person__held_until",
        "person__restricted_since",
        "person__restricted_until",
        "person__open_mac",
        "boxes",
    )
    return list(records.values_list(*columns))


def _states(rows: Sequence[tuple[Any, ...]]) -> list[RetentionState]:
    states, damaged = [], 0
    keys = person_keys([row[0] for row in rows])
    for (
        person_id,
        collected_at,
        last_active_at,
        held_until,
        restricted_since,
        restricted_until,
        open_mac,
        boxes,
    ) in rows:
        if person_id not in keys:
            continue
        try:
            record = record_format.open_record(AESGCM(keys[person_id]), person_id, bytes(boxes))
        except RecordDamaged:
            # One of millions must not keep the others from being judged. Nothing can be erased of
            # it by field either; the restore and the doctor name such records.
            damaged += 1
            continue
        origins = {name: box.origin for name, box in record.items()}
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
    if damaged:
        log.warning("%s records do not open with their person's key, and were left out", damaged)
    return states
