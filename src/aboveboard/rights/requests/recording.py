"""Writing down an event: the one place where a request changes.

1. Lock the person, then the request. 2. Fold its events. 3. Let the caller decide by the state.
4. Write the entry, the event and what the queue shows: one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.facts import Code, Word
from aboveboard.keys.actions import subjects_in_order
from aboveboard.keys.queries import handle_secrets
from aboveboard.ledger.actions import append_many, new_entry
from aboveboard.outbox import jobs
from aboveboard.outbox.actions import post_gathered, post_many
from aboveboard.outbox.events import announce
from aboveboard.promise.queries import NoPromise, PromiseMissing, in_force
from aboveboard.rights import limits
from aboveboard.rights.entries import RequestAdvanced
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.clock import DueDate, due_date
from aboveboard.rights.requests.events import CLOSED, ENDINGS
from aboveboard.rights.requests.identity import DISCLOSING
from aboveboard.rights.requests.locking import LockedRequest, lock_request, state_of
from aboveboard.rights.requests.state import (
    Mover,
    RequestStage,
    RequestState,
    may_run,
    next_move,
)
from aboveboard.rights.requests.terms import (
    REMINDER,
    ProofEvidence,
    RequestClosed,
    RequestEvent,
    RequestEventKind,
    RequestKind,
)

LETTER: Final = "rights.letter"
"""Kind of the message that has whoever asked written to."""
LETTERS: Final[Mapping[RequestEventKind, str]] = {
    RequestEventKind.RECEIVED: "received",
    RequestEventKind.PROVED: "received",
    RequestEventKind.PAUSED: "paused",
    RequestEventKind.EXTENDED: "extended",
    RequestEventKind.PART_ANSWERED: "part",
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


def write_event(locked: LockedRequest, event: NewEvent, *, by: Actor, at: datetime) -> RequestState:
    """Write an event of a request that the caller has locked, and what follows from it."""
    return write_events(locked, [event], by=by, at=at)


def write_events(
    locked: LockedRequest, events: Sequence[NewEvent], *, by: Actor, at: datetime
) -> RequestState:
    """Write events of a request that the caller has locked, in their order, and what follows from
    them: as few statements for several as for one."""
    row, before = locked.row, locked.state
    handles = handles_for(row.person_id, len(events))
    ids = append_many(
        [
            new_entry(advanced(row, event), by=by, handle=handle, at=at)
            for event, handle in zip(events, handles, strict=True)
        ]
    )
    keep_events(row, list(zip(events, ids, strict=True)), by=by, at=at)
    for event, entry_id in zip(events, ids, strict=True):
        if event.kind in ENDINGS:
            announce(CLOSED, entry=entry_id, person=row.person_id)
    locked.events += [as_happened(event, at) for event in events]
    locked.last = ids[-1]
    locked.state = state_of(row, locked.events)
    # Work at systems moves no day: what the law counts is counted where something else happens.
    counted = before.paused is not None or any(event.kind not in _WORK for event in events)
    refresh(row, locked.events, locked.state, at=at, due=None if counted else row.due_at)
    if (waits_for_staff(locked.state) and by.kind is not ActorKind.STAFF) and (
        locked.state.stage is not before.stage or any(event.kind in _CALLS for event in events)
    ):
        remind_staff(row.pk)
    # The worker's own events are followed by what it does next anyway.
    if not may_run(before) or by.kind is not ActorKind.SYSTEM:
        enqueue_run(locked)
    return locked.state


_WORK: Final = frozenset(
    {
        RequestEventKind.PLANNED,
        RequestEventKind.STEP_DONE,
        RequestEventKind.STEP_NEEDS_PERSON,
        RequestEventKind.STEP_RETRIED,
    }
)


_CALLS: Final = frozenset({RequestEventKind.STEP_NEEDS_PERSON, RequestEventKind.PACK_FAILED})
"""What somebody of staff is called for, wherever the request is."""


def waits_for_staff(state: RequestState) -> bool:
    """Whether somebody of staff has to do something now: all of it, or one step."""
    move = next_move(state, due=state.received_at)
    if move is None:
        return state.order_failed is not None
    return move.mover is Mover.STAFF or bool(state.needs_person)


def remind_staff(request_id: int) -> None:
    """Have staff written to about a request, within ``limits.REMINDERS_EVERY``."""
    post_gathered(REMINDER, {"request": request_id}, every=limits.REMINDERS_EVERY)


def as_happened(event: NewEvent, at: datetime) -> RequestEvent:
    """Return an event that is to be written as the fold reads it."""
    return RequestEvent(
        event.kind, at, event.code, event.system, event.verb, event.until, event.facts
    )


def handles_for(person_id: int | None, count: int) -> list[str | None]:
    """Return the handles of the next entries about a request's person, ``count`` of them, inside
    the transaction that writes them; None for each where nobody is held."""
    if person_id is None:
        return [None] * count
    subjects = subjects_in_order([person_id] * count, handle_secrets([person_id]))
    return [None if subject is None else subject.handle for subject in subjects]


def enqueue_run(locked: LockedRequest) -> None:
    """Let the worker go on with a request, where it has something to do for it: of what is answered
    with a copy, going through it once it is there."""
    state = locked.state
    to_check = state.stage is RequestStage.REVIEWING and state.kind in DISCLOSING
    if may_run(state) or to_check:
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


def keep_events(
    row: RightsRequest,
    events: Sequence[tuple[NewEvent, int]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write the rows of events whose entries there are, each with the number of its entry, and have
    the letters written that hang on them."""
    sealed = {
        number: sealing.seal(sealing.request_key(row), f"words/{number}", event.words.encode())
        for event, number in events
        if event.words
    }
    RequestEventRow.objects.bulk_create(
        RequestEventRow(
            # Entries are numbered in their order, and each is of one event: the row can be under
            # its MAC at once, where a number of the table's own is known only after it is there.
            pk=number,
            request_id=row.pk,
            kind=event.kind.value,
            at=at,
            actor=by.as_json(),
            code=event.code,
            system=event.system,
            verb=event.verb,
            until=event.until,
            facts=dict(event.facts),
            words=sealed.get(number, b""),
            entry_id=number,
        )
        for event, number in events
    )
    post_many(
        LETTER,
        [
            {"request": row.pk, "entry": number}
            for event, number in events
            if event.kind in LETTERS
            and (event.kind is not RequestEventKind.PROVED or event.code in _BY_MAIL)
        ],
    )


def zone_of_days() -> str:
    """Return the organisation's own zone, whose days count."""
    try:
        return in_force().promise.organisation.zone.key
    except (NoPromise, PromiseMissing):
        # Nothing is promised yet; or a restore repeats this before the promise is adopted again.
        # The next event, and each reading of the request, counts it anew in the zone declared.
        return "UTC"


def due_of(
    row: RightsRequest, events: list[RequestEvent], *, at: datetime, zone: str = ""
) -> DueDate:
    """Return by when a request is to be answered. ``zone``: :func:`zone_of_days`, where many are
    read."""
    zone = zone or zone_of_days()
    kind = RequestKind(row.kind)
    return due_date(kind, row.received_at, row.jurisdiction, events, zone=zone, at=at)


def refresh(
    row: RightsRequest,
    events: list[RequestEvent],
    state: RequestState,
    *,
    at: datetime,
    due: datetime | None = None,
) -> None:
    """Write on the row what the queue shows of it. ``due``: where it is known that the law counts
    no other day."""
    show(row, events, state, at=at, due=due)
    RightsRequest.objects.filter(pk=row.pk).update(
        stage=row.stage, due_at=row.due_at, next_at=row.next_at, closed_at=row.closed_at
    )


def show(
    row: RightsRequest,
    events: list[RequestEvent],
    state: RequestState,
    *,
    at: datetime,
    due: datetime | None = None,
) -> None:
    """Set on the row, unsaved, what :func:`refresh` writes."""
    row.stage, row.due_at = state.stage.value, due or due_of(row, events, at=at).at
    row.next_at = _next_at(state, row.due_at, at)
    row.closed_at = state.closing.at if state.closing else (at if state.closed else None)


def _next_at(state: RequestState, due: datetime, at: datetime) -> datetime | None:
    """Return when the worker looks at a request again by itself: to resume it,
    to remind, or to destroy what was collected."""
    move = next_move(state, due=due)
    if move is None and state.makes_pack:
        return at + limits.RUN_AGAIN
    if move is None:
        # Closed: what was collected is destroyed when its time is over.
        return None if state.closing is None else state.closing.at + limits.KEPT_AFTER
    if move.what == "resume" and move.mover is Mover.WORKER:
        return move.by
    remind = reminder_at(state, due)
    # A job that was lost, or given up, is posted again.
    again = at + limits.RUN_AGAIN if may_run(state) else None
    return min((moment for moment in (remind, again) if moment is not None), default=None)


def reminder_at(state: RequestState, due: datetime) -> datetime | None:
    """Return when staff are next reminded of an open request: before it is due, and on that moment;
    once each. What is late stays first in their queue."""
    before = due - limits.REMIND_BEFORE
    if state.reminded is None or state.reminded.at < before:
        return before
    return due if state.reminded.at < due else None


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
