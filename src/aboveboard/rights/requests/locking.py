"""Reading a request and locking it: its row, its events, and what they come to.

Whoever goes on with a request that they have read reads only what was written since: the row, whose
MAC is held against it each time, and the events after the last.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from aboveboard.basics.errors import NotFound
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests.state import RequestState, fold_events
from aboveboard.rights.requests.terms import (
    Asker,
    RequestChannel,
    RequestEvent,
    RequestEventKind,
    RequestKind,
)
from aboveboard.vault.locking import lock_person


@dataclass(slots=True)
class LockedRequest:
    """A request that nobody else changes until the transaction ends, and what it came to so far.

    ``last``: the number of the last of ``events``, after which others may have written more once
    the lock is gone.
    """

    row: RightsRequest
    events: list[RequestEvent]
    state: RequestState
    last: int = 0


def lock_request(request_id: int, *, known: LockedRequest | None = None) -> LockedRequest:
    """Lock a request's person and then the request, until the transaction ends. Of what ``known``
    has read of it, only what was written since is read.

    Raises:
        NotFound: there is no such request.
        RowNotAuthentic: it, or an event, was written past this program.
    """
    rows = RightsRequest.objects.filter(pk=request_id)
    seen: RightsRequest | None = known.row if known else rows.first()
    while True:
        if seen is None:
            raise NotFound(what="request")
        if seen.person_id is not None:
            _lock_person_of(seen.person_id, rows)
        row: RightsRequest | None = rows.select_for_update().first()
        if row is None:
            raise NotFound(what="request")
        # Merged, split or erased between the two reads, it is another's, who must be locked first.
        if row.person_id in (None, seen.person_id):
            break
        seen = row
    return _read_on(row, known)


def _lock_person_of(person_id: int, rows: QuerySet[RightsRequest]) -> None:
    try:
        lock_person(person_id)
    except NotFound:
        # They were erased since the row was read, and the request is nobody's: or it is damaged.
        if rows.filter(person_id=person_id).exists():
            raise


def read_request(request_id: int, *, known: LockedRequest | None = None) -> LockedRequest:
    """Return a request as it is now, locked by nobody: for :func:`lock_request` to go on from.

    Raises: as :func:`lock_request`.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    return _read_on(row, known)


def read_state(row: RightsRequest) -> tuple[list[RequestEvent], RequestState]:
    """Return a request's events in order, and what they come to.

    Raises:
        RowNotAuthentic: it, or one of them, was written past this program.
    """
    whole = _read_on(row, None)
    return whole.events, whole.state


def _read_on(row: RightsRequest, known: LockedRequest | None) -> LockedRequest:
    """Return what all events come to: those that are known, and what was written after them. Their
    numbers grow with their order, since each is written under the lock."""
    if not row.authentic:
        raise RowNotAuthentic(table=row._meta.label)
    events, last = (list(known.events), known.last) if known else ([], 0)
    for event in RequestEventRow.objects.filter(request_id=row.pk, pk__gt=last).order_by("pk"):
        if not event.authentic:
            raise RowNotAuthentic(table=event._meta.label)
        events.append(as_event(event))
        last = event.pk
    return LockedRequest(row, events, state_of(row, events), last)


def state_of(row: RightsRequest, events: list[RequestEvent]) -> RequestState:
    """Return what the events of a request come to."""
    return fold_events(
        RequestKind(row.kind),
        Asker(row.asker),
        RequestChannel(row.channel),
        events,
        sensitive=row.sensitive,
        forgotten=row.forgotten,
    )


def as_event(row: RequestEventRow) -> RequestEvent:
    """Return an event as the fold reads it."""
    return RequestEvent(
        RequestEventKind(row.kind), row.at, row.code, row.system, row.verb, row.until, row.facts
    )
