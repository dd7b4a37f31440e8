"""By when a request is to be answered: what the law of a place says, applied to its events.

Here the receipt, the pauses and the extension of a request are handed to the clock of
``aboveboard.law``; how long each may be is the law's. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aboveboard.law.rights.deadlines import due
from aboveboard.law.rights.terms import (
    ClockEvent,
    ExtensionNotice,
    PersonWait,
    RightKind,
    RightsDeadline,
    WaitReason,
)
from aboveboard.rights.requests.terms import RequestEvent, RequestEventKind, RequestKind


@dataclass(frozen=True, slots=True)
class DueDate:
    """When the answer is due. ``extended`` and ``paused`` say why it is later than it was; while
    paused, ``at`` is as if the pause ended now.

    ``extend_by``: by when longer can be told, None where the law has nothing longer, or it was.
    ``known`` false: the law of the place is not held; ``reasons`` say what was counted instead.
    """

    at: datetime
    extended: bool = False
    paused: bool = False
    source: str = ""
    extend_by: datetime | None = None
    confirm_by: datetime | None = None
    known: bool = True
    reasons: tuple[str, ...] = ()


def due_date(
    kind: RequestKind,
    received_at: datetime,
    jurisdiction: str,
    events: Iterable[RequestEvent],
    *,
    zone: str,
    at: datetime,
) -> DueDate:
    """Return by when a request is to be answered. ``events``: all of it, in order; ``zone``: the
    IANA zone of the organisation, whose days count; ``at``: now."""
    happened = list(events)
    deadline = _deadline(kind, received_at, jurisdiction, happened, zone, None)
    # The law may know no such pause: then the clock runs on, whatever we wait for.
    paused = deadline.paused is not None
    if paused:
        deadline = _deadline(kind, received_at, jurisdiction, happened, zone, at)
    return DueDate(
        deadline.due_at or at,
        extended=deadline.extended,
        paused=paused,
        source=f"{deadline.law}, {deadline.citation}",
        extend_by=deadline.extend_by,
        confirm_by=deadline.confirm_by,
        known=deadline.known,
        reasons=deadline.reasons,
    )


def _deadline(
    kind: RequestKind,
    received_at: datetime,
    jurisdiction: str,
    events: Iterable[RequestEvent],
    zone: str,
    ended: datetime | None,
) -> RightsDeadline:
    """Return what the law says. ``ended``: when a pause that is still open ends."""
    clock_events = _clock_events(events, ended)
    return due(RightKind(kind.value), jurisdiction, received_at, clock_events, zone=zone)


def _clock_events(events: Iterable[RequestEvent], ended: datetime | None) -> list[ClockEvent]:
    """Return what a clock counts of the life of a request."""
    clock_events: list[ClockEvent] = []
    waiting: RequestEvent | None = None
    for event in events:
        if event.kind is RequestEventKind.EXTENDED:
            clock_events.append(ExtensionNotice(event.at))
        elif event.kind is RequestEventKind.PAUSED:
            waiting = event
        elif event.kind is RequestEventKind.RESUMED and waiting is not None:
            clock_events.append(PersonWait(WaitReason(waiting.code), waiting.at, event.at))
            waiting = None
    if waiting is not None:
        clock_events.append(PersonWait(WaitReason(waiting.code), waiting.at, ended))
    return clock_events
