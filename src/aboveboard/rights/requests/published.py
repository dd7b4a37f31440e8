"""How requests were handled, in numbers that anyone may read: no more than counts and days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestKind

PERIOD: Final = timedelta(days=365)
"""Back from now, what is counted. Our choice, as 11 CCR 7102 counts a calendar year."""


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of request within the period: how many came, how many were done, refused or taken
    back, and are open; and of those done or refused the days that it took."""

    kind: RequestKind
    received: int
    met: int
    refused: int
    withdrawn: int
    open: int
    mean_days: float | None
    slowest_days: int | None


def figures(*, at: datetime) -> list[KindFigures]:
    """Return the figures of each kind that somebody asked for, in the order of the kinds."""
    rows = RightsRequest.objects.filter(received_at__gt=at - PERIOD, received_at__lte=at)
    by_kind: dict[str, list[tuple[str, datetime, datetime | None]]] = {}
    for kind, stage, received, closed in rows.exclude(
        # What nobody confirmed or proved may be no request at all: it is in no count.
        stage__in=(RequestStage.CONFIRMING.value, RequestStage.PROVING.value)
    ).values_list("kind", "stage", "received_at", "closed_at"):
        by_kind.setdefault(kind, []).append((stage, received, closed))
    return [_figures(kind, by_kind[kind.value]) for kind in RequestKind if kind.value in by_kind]


def _figures(kind: RequestKind, rows: list[tuple[str, datetime, datetime | None]]) -> KindFigures:
    stages = [stage for stage, _, _ in rows]
    handled = (RequestStage.ANSWERED.value, RequestStage.REFUSED.value)
    days = [
        (closed - received) / timedelta(days=1)
        for stage, received, closed in rows
        if closed is not None and stage in handled
    ]
    # Whoever was deleted while they waited got what an erasure gives.
    met = stages.count(RequestStage.ANSWERED.value) + stages.count(RequestStage.FORGOTTEN.value)
    return KindFigures(
        kind,
        received=len(rows),
        met=met,
        refused=stages.count(RequestStage.REFUSED.value),
        withdrawn=stages.count(RequestStage.WITHDRAWN.value),
        open=sum(closed is None for _, _, closed in rows),
        mean_days=sum(days) / len(days) if days else None,
        # A part of a day is a day: nobody was answered sooner than that.
        slowest_days=math.ceil(max(days)) if days else None,
    )
