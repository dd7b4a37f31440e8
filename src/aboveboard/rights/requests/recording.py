"""Writing down an event: the one place where a request changes.

1. Lock the person, then the request. 2. Fold its events. 3. Let the caller decide by the state.
4. Write the entry, the event and what the queue shows, : one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code, Word
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.actions import append
from aboveboard.outbox import jobs
from aboveboard.outbox.actions import post
from aboveboard.promise.queries import NoPromise, PromiseMissing, in_force
from aboveboard.rights import limits
from aboveboard.rights.entries import RequestAdvanced
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.clock import DueDate, due_date
from aboveboard.rights.requests.state import (
    Mover,
    RequestState,
    fold_events,
    may_run,
    next_move,
)
from aboveboard.rights.requests.terms import (
    Asker,
    ProofEvidence,
    RequestChannel,
    RequestClosed,
    RequestEvent,
    RequestEventKind,
    RequestKind,
)
from aboveboard.vault.locking import lock_person

LETTER: Final = "rights.letter"
"""Kind of the message that has whoever asked written to."""
LETTERS: Final[Mapping[RequestEventKind, str]] = {
    RequestEventKind.RECEIVED: "received",
    RequestEventKind.PROVED: "received",
    RequestEventKind.PAUSED: "paused",
    RequestEventKind.EXTENDED: "extended",
    RequestEventKind.ANSWERED: "answered",
    RequestEventKind.REFUSED: "refused",
}
"""Of which events they are written, by the name of the text. Of a proof only where it was a code to
their address: before that nobody without an account may be written to."""
_BY_MAIL: Final = frozenset(
    {ProofEvidence.CONTACT_CODE.value, ProofEvidence.SHARED_CONTACT_CODE.value}
)
RUN: Final = "rights.run"
"""The job that does a request's steps, by the request's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What is to be written: as :class:`RequestEvent`, and ``words`` that are sealed."""

    kind: RequestEventKind
    code: str = ""
    system: str = ""
    verb: str = ""
    until: datetime | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    words: str = ""


@dataclass(slots=True)
class LockedRequest:
    """A request that nobody else changes until the transaction ends, and what it came to so far."""

    row: RightsRequest
    events: list[RequestEvent]
    state: RequestState


Decide = Callable[[LockedRequest], NewEvent | None]


def record(request_id: int, decide: Decide, *, by: Actor, at: datetime) -> RequestState:
    """Let ``decide`` say what happens to a request, by its state, and write it down; None writes
    nothing. Return the state afterwards.

    Raises:
        NotFound: there is no such request.
        RequestClosed: nothing more happens to it.
        RowNotAuthentic: it, or an event, was written past this program.
    """
    with transaction.atomic():
        locked = lock_request(request_id)
        if locked.state.closed:
            raise RequestClosed(why=locked.state.stage.value)
        event = decide(locked)
        return locked.state if event is None else write_event(locked, event, by=by, at=at)


def lock_request(request_id: int) -> LockedRequest:
    """Lock a request's person and then the request, until the transaction ends.

    Raises: as :func:`record`, but for RequestClosed.
    """
    rows = RightsRequest.objects.filter(pk=request_id)
    while True:
        seen: RightsRequest | None = rows.first()
        if seen is None:
            raise NotFound(what="request")
        if seen.person_id is not None:
            lock_person(seen.person_id)
        row: RightsRequest | None = rows.select_for_update().first()
        if row is None:
            raise NotFound(what="request")
        # Merged, split or erased between the two reads, it is another's, who must be locked first.
        if row.person_id in (None, seen.person_id):
            break
    return LockedRequest(row, *read_state(row))


def read_state(row: RightsRequest) -> tuple[list[RequestEvent], RequestState]:
    """Return a request's events in order, and what they come to.

    Raises:
        RowNotAuthentic: it, or one of them, was written past this program.
    """
    if not row.authentic:
        raise RowNotAuthentic(table=row._meta.label)
    events = []
    for event in RequestEventRow.objects.filter(request_id=row.pk).order_by("id"):
        if not event.authentic:
            raise RowNotAuthentic(table=event._meta.label)
        events.append(as_event(event))
    return events, state_of(row, events)


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


def write_event(locked: LockedRequest, event: NewEvent, *, by: Actor, at: datetime) -> RequestState:
    """Write an event of a request that the caller has locked, and what follows from it."""
    row = locked.row
    entry_id = append(advanced(row, event), by=by, handle=_handle(row), at=at)
    words = b""
    if event.words:
        words = sealing.seal(sealing.request_key(row), f"words/{entry_id}", event.words.encode())
    keep_event(row, event, entry_id, by=by, at=at, words=words)
    locked.events.append(
        RequestEvent(event.kind, at, event.code, event.system, event.verb, event.until, event.facts)
    )
    before = locked.state
    locked.state = state_of(row, locked.events)
    refresh(row, locked.events, locked.state, at=at)
    # The worker's own events are followed by what it does next anyway.
    if not may_run(before) or by.kind is not ActorKind.SYSTEM:
        enqueue_run(locked)
    return locked.state


def enqueue_run(locked: LockedRequest) -> None:
    """Let the worker go on with a request, where it has something to do for it."""
    if may_run(locked.state):
        jobs.enqueue(RUN, {"request": locked.row.pk})


def advanced(row: RightsRequest, event: NewEvent) -> RequestAdvanced:
    """Return the entry that says what happened."""
    steps = event.facts.get("steps")
    return RequestAdvanced(
        request=row.entry_id,
        event=Code(event.kind.value),
        code=Code(event.code),
        system=Word(event.system),
        verb=Code(event.verb),
        until=event.until,
        records=_count(event.facts.get("records")),
        retained=_count(event.facts.get("retained_records")),
        steps=tuple(
            Word(":".join(map(str, step)))
            for step in (steps if isinstance(steps, list) else [])
            if isinstance(step, list)
        ),
    )


def keep_event(
    row: RightsRequest,
    event: NewEvent,
    entry_id: int,
    *,
    by: Actor,
    at: datetime,
    words: bytes = b"",
) -> None:
    """Write the row of an event whose entry there is."""
    RequestEventRow.objects.create(
        request_id=row.pk,
        kind=event.kind.value,
        at=at,
        actor=by.as_json(),
        code=event.code,
        system=event.system,
        verb=event.verb,
        until=event.until,
        facts=dict(event.facts),
        words=words,
        entry_id=entry_id,
    )
    unwritten = event.kind is RequestEventKind.PROVED and event.code not in _BY_MAIL
    if event.kind in LETTERS and not unwritten:
        post(LETTER, {"request": row.pk, "entry": entry_id})


def due_of(row: RightsRequest, events: list[RequestEvent], *, at: datetime) -> DueDate:
    """Return by when a request is to be answered, in the organisation's own zone."""
    try:
        zone = in_force().promise.organisation.zone.key
    except (NoPromise, PromiseMissing):
        # Nothing is promised yet; or a restore repeats this before the promise is adopted again.
        # The next event, and each reading of the request, counts it anew in the zone declared.
        zone = "UTC"
    kind = RequestKind(row.kind)
    return due_date(kind, row.received_at, row.jurisdiction, events, zone=zone, at=at)


def refresh(
    row: RightsRequest, events: list[RequestEvent], state: RequestState, *, at: datetime
) -> None:
    """Write on the row what the queue shows of it."""
    due = due_of(row, events, at=at)
    row.stage, row.due_at = state.stage.value, due.at
    row.next_at = _next_at(state, due.at, at)
    row.closed_at = state.closing.at if state.closing else (at if state.closed else None)
    RightsRequest.objects.filter(pk=row.pk).update(
        stage=row.stage, due_at=row.due_at, next_at=row.next_at, closed_at=row.closed_at
    )


def _next_at(state: RequestState, due: datetime, at: datetime) -> datetime | None:
    """Return when the worker looks at a request again by itself: to resume it,
    to remind, or to destroy what was collected."""
    move = next_move(state, due=due)
    if move is None:
        # Closed: what was collected is destroyed when its time is over.
        return None if state.closing is None else state.closing.at + limits.KEPT_AFTER
    if move.what == "resume" and move.mover is Mover.WORKER:
        return move.by
    remind = reminder_at(state, due)
    # A job that was lost, or given up, is posted again.
    return min(remind, at + limits.RUN_AGAIN) if may_run(state) else remind


def reminder_at(state: RequestState, due: datetime) -> datetime:
    """Return when staff are next reminded of an open request: before it is due, on that moment, and
    then day after day."""
    before = due - limits.REMIND_BEFORE
    if state.reminded is None or state.reminded.at < before:
        return before
    if state.reminded.at < due:
        return due
    return state.reminded.at + limits.LATE_AGAIN


def _handle(row: RightsRequest) -> str | None:
    subject = None if row.person_id is None else entry_subject(row.person_id)
    return None if subject is None else subject.handle


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
