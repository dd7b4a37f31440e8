"""How many dispatches of a batch stand on a channel in a state for a reason, kept with each change
of theirs: whoever shows how far a batch is counts no rows, of which there may be millions.

What a worker has in hand is queued here, so that to take it and to give it back changes nothing;
how many those are, the few rows themselves say. Each count lies in some shards, so that workers
who record at once seldom wait for each other, and is their sum.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import connection
from django.db.models import Max, Min, Sum

from aboveboard.delivery.models import BatchTally, Dispatch
from aboveboard.delivery.terms import DispatchState

TallyKey: TypeAlias = tuple[int, str, DispatchState, str]
"""A batch, a channel, a state, and the reason for it or ""."""

_SHARDS: Final = 16

_ADD = """
INSERT INTO delivery_batchtally (
    batch_id, channel, state, reason, shard, count, first_sent_at, last_sent_at
)
VALUES {rows}
ON CONFLICT (batch_id, channel, state, reason, shard) DO UPDATE SET
    count = delivery_batchtally.count + EXCLUDED.count,
    first_sent_at = {least}(
        COALESCE(delivery_batchtally.first_sent_at, EXCLUDED.first_sent_at),
        COALESCE(EXCLUDED.first_sent_at, delivery_batchtally.first_sent_at)
    ),
    last_sent_at = {greatest}(
        COALESCE(delivery_batchtally.last_sent_at, EXCLUDED.last_sent_at),
        COALESCE(EXCLUDED.last_sent_at, delivery_batchtally.last_sent_at)
    )
"""
_DIALECTS: Final = {
    "postgresql": {"least": "LEAST", "greatest": "GREATEST"},
    "sqlite": {"least": "min", "greatest": "max"},
}


def key_of(row: Dispatch) -> TallyKey:
    """Return where a dispatch is counted."""
    state = DispatchState(row.state)
    in_hand = state is DispatchState.SENDING
    return row.batch_id, row.channel, DispatchState.QUEUED if in_hand else state, row.reason


def add(
    changes: Mapping[TallyKey, int], *, worker: str = "", sent_at: datetime | None = None
) -> None:
    """Add to the counts, in the transaction that changes the dispatches, and after them.

    ``sent_at``: the moment of those that were sent now.
    """
    # In one order, so that two workers cannot wait for each other.
    rows = sorted((key, change) for key, change in changes.items() if change)
    if not rows:
        return
    shard = zlib.crc32(worker.encode()) % _SHARDS
    moment = connection.ops.adapt_datetimefield_value(sent_at) if sent_at else None
    values: list[Any] = []
    for (batch_id, channel, state, reason), change in rows:
        sent = moment if state == DispatchState.SENT else None
        values += [batch_id, channel, state.value, reason, shard, change, sent, sent]
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=marks, **_DIALECTS[connection.vendor]), values)


def counts(batch_id: int) -> dict[tuple[str, DispatchState, str], int]:
    """Return how many there are on each channel in each state for each reason, in that order. Those
    in hand are queued."""
    sums = (
        BatchTally.objects.filter(batch_id=batch_id)
        .values_list("channel", "state", "reason")
        .annotate(count_sum=Sum("count"))
        .order_by("channel", "state", "reason")
    )
    return {
        (channel, DispatchState(state), reason): count
        for channel, state, reason, count in sums
        if count > 0
    }


def sent_span(batch_id: int) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last of a batch were sent; None while none was."""
    times = BatchTally.objects.filter(batch_id=batch_id).aggregate(
        first=Min("first_sent_at"), last=Max("last_sent_at")
    )
    return times["first"], times["last"]
