"""The public figures of requests: how many, how many were met or refused, and how long it took. No
name, and no place or moment of one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestEventKind, RequestKind

_DAY: Final = timedelta(days=1)
_ENDS: Final = {
    RequestEventKind.ANSWERED.value: RequestStage.ANSWERED,
    RequestEventKind.REFUSED.value: RequestStage.REFUSED,
    RequestEventKind.WITHDRAWN.value: RequestStage.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """Of one kind, over a time. ``mean_days`` and ``slowest_days`` are of what was answered or
    refused, from receipt, in whole days begun; None where nothing was."""

    kind: RequestKind
    received: int
    answered: int
    refused: int
    withdrawn: int
    open: int
    mean_days: float | None
    slowest_days: int | None


def public_figures(begin: datetime, end: datetime) -> list[RequestFigures]:
    """Return the figures of the requests received from ``begin`` on, before ``end``, by kind; only
    those that were confirmed to be requests. A kind that nobody asked for is absent."""
    rows = RightsRequest.objects.filter(received_at__gte=begin, received_at__lt=end)
    received = {
        pk: (RequestKind(kind), at)
        for pk, kind, at, stage in rows.values_list("pk", "kind", "received_at", "stage")
        if stage != RequestStage.CONFIRMING.value
    }
    closings = RequestEventRow.objects.filter(kind__in=_ENDS, request__in=rows)
    ends: dict[int, tuple[RequestStage, datetime]] = {
        request_id: (_ENDS[kind], at)
        for request_id, kind, at in closings.order_by("id").values_list("request_id", "kind", "at")
    }
    by_kind: dict[RequestKind, list[int]] = defaultdict(list)
    for number, (kind, _) in received.items():
        by_kind[kind].append(number)
    return [
        _figures(kind, by_kind[kind], {pk: at for pk, (_, at) in received.items()}, ends)
        for kind in RequestKind
        if by_kind[kind]
    ]


def _figures(
    kind: RequestKind,
    numbers: list[int],
    received: dict[int, datetime],
    ends: dict[int, tuple[RequestStage, datetime]],
) -> RequestFigures:
    stages = [ends[number][0] for number in numbers if number in ends]
    days = [
        -((received[number] - ends[number][1]) // _DAY)
        for number in numbers
        if number in ends and ends[number][0] is not RequestStage.WITHDRAWN
    ]
    return RequestFigures(
        kind,
        len(numbers),
        stages.count(RequestStage.ANSWERED),
        stages.count(RequestStage.REFUSED),
        stages.count(RequestStage.WITHDRAWN),
        len(numbers) - len(stages),
        round(sum(days) / len(days), 1) if days else None,
        max(days, default=None),
    )
