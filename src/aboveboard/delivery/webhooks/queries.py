"""Reading webhook endpoints, and what was sent to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.delivery.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from aboveboard.delivery.terms import EndpointPause, FailureReason, WebhookState


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """An endpoint as a list shows it, without its secrets. ``authentic``: whether this program
    wrote the row; to one that it did not write nothing is sent."""

    serial: int
    name: str
    url: str
    events: tuple[str, ...]
    networks: tuple[str, ...]
    plain_http: bool
    made_at: datetime
    paused_at: datetime | None
    paused_why: EndpointPause | None
    failing_since: datetime | None
    removed_at: datetime | None
    authentic: bool


@dataclass(frozen=True, slots=True)
class EndpointTally:
    """How many messages of an endpoint wait, and how many were given up."""

    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a message: status (0: none), duration, and why it failed."""

    at: datetime
    status: int
    milliseconds: int
    reason: FailureReason | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to an endpoint, with its last attempt. ``attempts`` counts since it was last
    replayed; ``due_at`` is when it is tried next, while it waits."""

    id: int
    endpoint: str
    endpoint_serial: int
    event_id: int
    type: str
    at: datetime
    entry_id: int
    state: WebhookState
    reason: FailureReason | None
    due_at: datetime
    attempts: int
    done_at: datetime | None
    last: Attempt | None

    @property
    def replayable(self) -> bool:
        """Whether it can be sent again: it does not wait, and nobody it is about was erased."""
        return self.state in (WebhookState.SENT, WebhookState.FAILED)


def endpoints() -> list[EndpointRecord]:
    """Return every endpoint that is not removed, by name."""
    rows = WebhookEndpoint.objects.filter(removed_at=None).order_by("name")
    return [endpoint_of(row) for row in rows]


def endpoint(name: str) -> EndpointRecord:
    """Return the endpoint of that name.

    Raises:
        NotFound: there is none.
    """
    return _endpoint(WebhookEndpoint.objects.filter(name=name, removed_at=None))


def endpoint_by_serial(serial: int) -> EndpointRecord:
    """Return the endpoint of that number, removed or not.

    Raises:
        NotFound: there is none.
    """
    return _endpoint(WebhookEndpoint.objects.filter(pk=serial))


def tallies() -> dict[int, EndpointTally]:
    """Return how many messages wait and how many were given up, by the number of the endpoint."""
    counts = WebhookMessage.objects.values("endpoint_id").annotate(
        waiting=Count("pk", filter=Q(state=WebhookState.QUEUED)),
        failed=Count("pk", filter=Q(state=WebhookState.FAILED)),
    )
    return {
        row["endpoint_id"]: EndpointTally(row["waiting"], row["failed"])
        for row in counts.order_by("endpoint_id")
    }


def deliveries(
    endpoint: int | None = None,
    *,
    state: str = "",
    type: str = "",
    start: int = 0,
    limit: int = PAGE_SIZE,
) -> list[Delivery]:
    """Return a page of messages, newest first: of one endpoint or all, in one state or all, of one
    kind of event or all."""
    rows = _messages(endpoint, state, type).select_related("endpoint").order_by("-pk")
    page = list(rows[start : start + limit])
    last = _last_attempts([row.pk for row in page])
    return [_delivery_of(row, last.get(row.pk)) for row in page]


def count_deliveries(endpoint: int | None = None, *, state: str = "", type: str = "") -> int:
    """Return how many messages :func:`deliveries` finds."""
    return _messages(endpoint, state, type).count()


def _messages(endpoint: int | None, state: str, type: str) -> QuerySet[WebhookMessage]:
    rows = WebhookMessage.objects.all()
    if endpoint is not None:
        rows = rows.filter(endpoint_id=endpoint)
    if state:
        rows = rows.filter(state=state)
    if type:
        rows = rows.filter(type=type)
    return rows


def delivery(message: int) -> tuple[Delivery, list[Attempt]]:
    """Return a message, and every attempt at it, the first made first.

    Raises:
        NotFound: there is none; it may have been swept.
    """
    row = WebhookMessage.objects.select_related("endpoint").filter(pk=message).first()
    if row is None:
        raise NotFound(what="webhook message")
    made = WebhookAttempt.objects.filter(message=row).order_by("pk")
    attempts = [_attempt_of(each) for each in made]
    return _delivery_of(row, attempts[-1] if attempts else None), attempts


def endpoint_of(row: WebhookEndpoint) -> EndpointRecord:
    """Return a row as a list shows it."""
    return EndpointRecord(
        row.serial,
        row.name,
        row.url,
        tuple(row.events),
        tuple(row.networks),
        row.plain_http,
        row.made_at,
        row.paused_at,
        EndpointPause(row.paused_why) if row.paused_why else None,
        row.failing_since,
        row.removed_at,
        row.authentic,
    )


def _endpoint(rows: QuerySet[WebhookEndpoint]) -> EndpointRecord:
    row = rows.first()
    if row is None:
        raise NotFound(what="webhook endpoint")
    return endpoint_of(row)


def _last_attempts(messages: Collection[int]) -> dict[int, Attempt]:
    made = WebhookAttempt.objects.filter(message_id__in=list(messages)).order_by("pk")
    return {each.message_id: _attempt_of(each) for each in made}


def _attempt_of(row: WebhookAttempt) -> Attempt:
    reason = FailureReason(row.reason) if row.reason else None
    return Attempt(row.at, row.status, row.milliseconds, reason)


def _delivery_of(row: Any, last: Attempt | None) -> Delivery:
    return Delivery(
        row.pk,
        row.endpoint.name,
        row.endpoint_id,
        row.event_id,
        row.type,
        row.at,
        row.entry_id,
        WebhookState(row.state),
        FailureReason(row.reason) if row.reason else None,
        row.due_at,
        row.attempts,
        row.done_at,
        last,
    )
