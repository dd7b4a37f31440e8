"""The queue of requests as a list: filtered, ordered, a page at a time, with how many there are."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.rights import limits
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests.queries import RequestRecord, records_of
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestEventKind, RequestKind

_COLUMNS = {"due": "due_at", "received": "received_at"}


class QueuePart(StrEnum):
    """Which requests are listed."""

    OPEN = "open"
    LATE = "late"
    SOON = "soon"
    """Due within ``limits.REMIND_BEFORE``."""
    PAUSED = "paused"
    """Something is waited for that the person was asked."""
    CONFIRMING = "confirming"
    BY_HAND = "by_hand"
    PROVING = "proving"
    REVIEWING = "reviewing"
    READY = "ready"
    CLOSED = "closed"


def request_page(
    part: QueuePart,
    *,
    kind: RequestKind | None = None,
    order: str = "due",
    start: int = 0,
    limit: int = PAGE_SIZE,
    at: datetime,
) -> tuple[list[RequestRecord], int]:
    """Return a page of requests and how many there are. ``order``: ``due`` or ``received``, with
    ``-`` where the latest is first."""
    rows = _of_part(part, at)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    falling = "-" if order.startswith("-") else ""
    column = _COLUMNS[order.removeprefix("-")]
    chosen = rows.order_by(f"{falling}{column}", "id")[start : start + limit]
    return records_of(list(chosen), at), rows.count()


def part_counts(*, at: datetime) -> dict[QueuePart, int]:
    """Return how many requests are open, late and so on: one of more than one part is counted in
    each."""
    return {part: _of_part(part, at).count() for part in QueuePart if part is not QueuePart.CLOSED}


def is_soon(record: RequestRecord, at: datetime) -> bool:
    """Whether a request is due soon, and not late yet."""
    return record.next_move is not None and at <= record.due.at < at + limits.REMIND_BEFORE


def _of_part(part: QueuePart, at: datetime) -> QuerySet[RightsRequest]:
    rows = RightsRequest.objects.filter(closed_at=None)
    match part:
        case QueuePart.CLOSED:
            return RightsRequest.objects.filter(closed_at__isnull=False)
        case QueuePart.OPEN:
            return rows
        case QueuePart.PAUSED:
            return rows.filter(_paused())
        case QueuePart.LATE:
            return rows.filter(~_paused(), due_at__lt=at)
        case QueuePart.SOON:
            return rows.filter(~_paused(), due_at__gte=at, due_at__lt=at + limits.REMIND_BEFORE)
        case _:
            return rows.filter(stage=RequestStage(part.value).value)


def _paused() -> Q:
    """Return what holds of a request for which the person is asked something: of its pauses and
    resumptions, the latest is a pause."""
    kinds = (RequestEventKind.PAUSED.value, RequestEventKind.RESUMED.value)
    turned = RequestEventRow.objects.filter(request_id=OuterRef("request_id"), kind__in=kinds)
    latest = Subquery(turned.order_by("-id").values("pk")[:1])
    paused = RequestEventRow.objects.filter(kind=RequestEventKind.PAUSED.value, pk=latest)
    return Q(pk__in=paused.values("request_id"))
