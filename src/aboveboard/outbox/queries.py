"""What waits, what failed and why, and how long the oldest has waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from aboveboard.basics import limits
from aboveboard.outbox.models import Message
from aboveboard.outbox.reference import Reference


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message as a list shows it. ``reason`` is of the last attempt that failed, or empty."""

    id: int
    kind: str
    ref: Reference
    created_at: datetime
    due_at: datetime
    attempts: int
    claimed_by: str
    failed_at: datetime | None
    reason: str


def waiting_counts() -> dict[str, int]:
    """Return how many messages of each kind are neither done nor failed."""
    rows = _waiting().values_list("kind").annotate(count=Count("id"))
    return {str(kind): int(count) for kind, count in rows}


def waiting(
    kind: str | None = None, *, after: int = 0, limit: int = limits.PAGE_SIZE
) -> list[MessageState]:
    """Return a page of what is neither done nor failed, by id, after the id ``after``."""
    return _page(_waiting(), kind, after, limit)


def failed(
    kind: str | None = None, *, after: int = 0, limit: int = limits.PAGE_SIZE
) -> list[MessageState]:
    """Return a page of what was given up, with its reason, by id, after the id ``after``."""
    return _page(Message.objects.filter(failed_at__isnull=False), kind, after, limit)


def count_failed() -> int:
    """Return how many messages were given up."""
    return Message.objects.filter(failed_at__isnull=False).count()


def oldest_age(at: datetime, kinds: Sequence[str] = ()) -> timedelta | None:
    """Return how long the oldest message that is due has been due, or ``None`` when nothing is."""
    # What is due only in an hour is not late: it must not make a monitor ring.
    rows = _waiting().filter(due_at__lte=at)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    oldest = rows.aggregate(oldest=Min("due_at"))["oldest"]
    return None if oldest is None else at - oldest


def _waiting() -> QuerySet[Message]:
    return Message.objects.filter(done_at=None, failed_at=None)


def _page(rows: QuerySet[Message], kind: str | None, after: int, limit: int) -> list[MessageState]:
    if kind is not None:
        rows = rows.filter(kind=kind)
    return [
        MessageState(
            id=row.id,
            kind=row.kind,
            ref=row.ref,
            created_at=row.created_at,
            due_at=row.due_at,
            attempts=row.attempts,
            claimed_by=row.claimed_by,
            failed_at=row.failed_at,
            reason=row.failed_reason,
        )
        for row in rows.filter(id__gt=after).order_by("id")[:limit]
    ]
