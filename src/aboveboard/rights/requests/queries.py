"""Every read of requests that others need: one, a queue, its events, its steps, and what was
collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from aboveboard.basics import clock, ids
from aboveboard.basics import limits as shared
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.rights.models import RequestEventRow, RequestStep, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.clock import DueDate
from aboveboard.rights.requests.locking import as_event, state_of
from aboveboard.rights.requests.recording import due_of, zone_of_days
from aboveboard.rights.requests.state import NextMove, RequestState, next_move
from aboveboard.rights.requests.terms import (
    Asker,
    RequestChannel,
    RequestDetails,
    RequestEvent,
    RequestKind,
    StepVerb,
)
from aboveboard.vault.aliases import numbers_of


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as pages and letters read it: the row, its state, by when, and what comes next.

    ``next_move`` None: it is closed. ``readable`` false: what was sealed of it is destroyed.
    ``listed_due_at``: by what the queue is ordered, which a pause that is open leaves behind.
    """

    id: int
    kind: RequestKind
    person_id: int | None
    asker: Asker
    channel: RequestChannel
    jurisdiction: str
    language: str
    received_at: datetime
    entry_id: int
    actor: Actor
    state: RequestState
    due: DueDate
    next_move: NextMove | None
    readable: bool
    listed_due_at: datetime

    @property
    def reference(self) -> str:
        """How people call it: ``REQ-0042``."""
        return ids.reference("REQ", self.id)

    def is_late(self, at: datetime) -> bool:
        """Whether it is open, and due before this moment."""
        return self.next_move is not None and not self.due.paused and self.due.at < at


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as pages read it. ``words`` are None where there are none, or they are destroyed."""

    id: int
    event: RequestEvent
    actor: Actor
    entry_id: int
    words: Personal[str] | None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """The work at one system. ``state``: ``waiting``, ``trying_again``, ``needs_person`` with
    ``why`` (a code of ``NeedsPerson``), or ``done`` with its ``event``."""

    id: int
    system: str
    verb: StepVerb
    state: str
    attempts: int
    error: str
    next_try_at: datetime | None
    why: str
    event: RequestEvent | None


def request(request_id: int, *, at: datetime | None = None) -> RequestRecord:
    """Return a request.

    Raises:
        NotFound: there is none of that number.
        RowNotAuthentic: it, or an event, was written past this program.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    return records_of([row], at or clock.now())[0]


def request_and_event(request_id: int, entry_id: int) -> tuple[RequestRecord, RecordedEvent] | None:
    """Return a request with its event of that entry, or None where there is no such one.

    Raises:
        RowNotAuthentic: it, or an event, was written past this program.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    rows = list(RequestEventRow.objects.filter(request_id=request_id).order_by("id"))
    event = next((each for each in rows if each.entry_id == entry_id), None)
    if row is None or event is None:
        return None
    _refuse_forged(rows)
    recorded = _recorded(event, _key_of(row) if event.words else b"")
    return _record(row, [as_event(each) for each in rows], clock.now()), recorded


def open_requests(
    *,
    kind: RequestKind | None = None,
    stage: str | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = shared.PAGE_SIZE,
    at: datetime,
) -> list[RequestRecord]:
    """Return a page of the queue, what is due first first. ``after``: ``listed_due_at`` and
    ``id`` of the last of the page before."""
    rows = RightsRequest.objects.filter(closed_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if stage is not None:
        rows = rows.filter(stage=stage)
    if after is not None:
        rows = rows.filter(due_at__gte=after[0]).exclude(due_at=after[0], pk__lte=after[1])
    return records_of(list(rows.order_by("due_at", "id")[:limit]), at)


def closed_requests(
    *, before: datetime | None = None, limit: int = shared.PAGE_SIZE, at: datetime
) -> list[RequestRecord]:
    """Return a page of what is closed, the last first."""
    rows = RightsRequest.objects.filter(closed_at__isnull=False)
    if before is not None:
        rows = rows.filter(closed_at__lt=before)
    return records_of(list(rows.order_by("-closed_at", "-id")[:limit]), at)


def requests_of(person_id: int, *, at: datetime) -> list[RequestRecord]:
    """Return every request about a person, newest first, as they may read it."""
    rows = RightsRequest.objects.filter(person_id__in=numbers_of(person_id))
    return records_of(list(rows.order_by("-id")), at)


def like_it(record: RequestRecord, *, at: datetime) -> list[RequestRecord]:
    """Return the other open requests of the same kind about the same person: for staff to see. They
    change nothing about each other."""
    if record.person_id is None:
        return []
    return [
        other
        for other in requests_of(record.person_id, at=at)
        if other.id != record.id and other.kind is record.kind and not other.state.closed
    ]


def counts_by_stage() -> dict[str, int]:
    """Return how many open requests are at each stage."""
    rows = RightsRequest.objects.filter(closed_at=None).values("stage").annotate(count=Count("pk"))
    return {row["stage"]: row["count"] for row in rows.order_by("stage")}


def details(request_id: int) -> RequestDetails:
    """Open what somebody asked. Only for whoever works on the request, and the person.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: it was destroyed.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    key = sealing.request_key(row)
    place = f"details/{row.entry_id}"
    return sealing.decode_details(sealing.unseal(key, place, bytes(row.details)))


def events(request_id: int) -> list[RecordedEvent]:
    """Return all events of a request in order, with their words where they can be read.

    Raises:
        NotFound: there is no such request.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    key = _key_of(row)
    rows = RequestEventRow.objects.filter(request_id=request_id).order_by("id")
    return [_recorded(event, key) for event in rows]


def _key_of(row: RightsRequest) -> bytes:
    """Return the key of a request; empty where it is destroyed."""
    try:
        return sealing.request_key(row)
    except sealing.RequestUnreadable:
        return b""


def _recorded(event: RequestEventRow, key: bytes) -> RecordedEvent:
    words = None
    if event.words and key:
        plain = sealing.unseal(key, f"words/{event.entry_id}", bytes(event.words))
        words = Personal(plain.decode())
    return RecordedEvent(
        event.pk, as_event(event), Actor.from_json(event.actor), event.entry_id, words
    )


def steps(record: RequestRecord) -> list[StepRecord]:
    """Return the work at each system, in order: what is planned and what is done."""
    rows = {
        (row.system, StepVerb(row.verb)): row
        for row in RequestStep.objects.filter(request_id=record.id)
    }
    listed = []
    for key in sorted({*record.state.open_steps, *record.state.steps}):
        row, done = rows.get(key), record.state.steps.get(key)
        why = record.state.needs_person.get(key, "")
        tried = row is not None and bool(row.error)
        listed.append(
            StepRecord(
                row.pk if row else 0,
                key[0],
                key[1],
                "done"
                if done
                else "needs_person"
                if why
                else "trying_again"
                if tried
                else "waiting",
                row.attempts if row else 0,
                row.error if row else "",
                row.next_try_at if row and not done else None,
                why,
                done,
            )
        )
    return listed


def stuck(*, at: datetime) -> list[RequestRecord]:
    """Return the open requests that nothing will move on: always none. A monitor asks it, and
    ``doctor``: each open request has a next move, and what the worker moves has its job."""
    rows = RightsRequest.objects.filter(closed_at=None).order_by("id")
    records = (
        record
        for start in range(0, rows.count(), shared.PAGE_SIZE)
        for record in records_of(list(rows[start : start + shared.PAGE_SIZE]), at)
    )
    return [record for record in records if record.next_move is None]


def records_of(rows: Sequence[RightsRequest], at: datetime) -> list[RequestRecord]:
    """Return rows as pages read them, in their order.

    Raises:
        RowNotAuthentic: one of them, or an event, was written past this program.
    """
    if not rows:
        return []
    by_request, zone = _events_of(row.pk for row in rows), zone_of_days()
    return [_record(row, by_request[row.pk], at, zone) for row in rows]


def _record(
    row: RightsRequest, happened: list[RequestEvent], at: datetime, zone: str = ""
) -> RequestRecord:
    if not row.authentic:
        raise RowNotAuthentic(table=row._meta.label)
    state = state_of(row, happened)
    due = due_of(row, happened, at=at, zone=zone)
    return RequestRecord(
        row.pk,
        RequestKind(row.kind),
        row.person_id,
        Asker(row.asker),
        RequestChannel(row.channel),
        row.jurisdiction,
        row.language,
        row.received_at,
        row.entry_id,
        Actor.from_json(row.actor),
        state,
        due,
        next_move(state, due=due.at),
        bool(row.key),
        row.due_at,
    )


def _events_of(request_ids: Iterable[int]) -> dict[int, list[RequestEvent]]:
    """Return the events of several requests, in one statement."""
    happened: dict[int, list[RequestEvent]] = defaultdict(list)
    rows = RequestEventRow.objects.filter(request_id__in=list(request_ids)).order_by("id")
    _refuse_forged(rows)
    for row in rows:
        happened[row.request_id].append(as_event(row))
    return happened


def _refuse_forged(rows: Iterable[RequestEventRow]) -> None:
    for row in rows:
        if not row.authentic:
            raise RowNotAuthentic(table=row._meta.label)
