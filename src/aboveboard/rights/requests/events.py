"""What other systems are notified of about requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.facts import Code, Word
from aboveboard.basics.package import EventAbout, EventType
from aboveboard.rights.entries import RequestAdvanced, RequestReceived
from aboveboard.rights.requests.terms import RequestEventKind, RequestKind

ENDINGS: Final = (
    RequestEventKind.ANSWERED,
    RequestEventKind.REFUSED,
    RequestEventKind.WITHDRAWN,
)
"""The events after which nothing more happens to a request."""

RECEIVED: Final = EventType(
    name="request.opened",
    says="Somebody asked for something of what is held of them.",
    about=EventAbout.PERSON,
    fields={
        "asked": f"what: one of {', '.join(f'`{kind}`' for kind in RequestKind)}",
        "channel": "the way on which it came",
        "received": "when it came, from which the law counts",
    },
    data=lambda facts: {
        "asked": facts.asked,
        "channel": facts.channel,
        "received": clock.to_text(facts.received),
    },
    example=RequestReceived(
        Code(RequestKind.ACCESS),
        Code("portal"),
        Code("self"),
        Word("GB"),
        False,
        datetime(2026, 12, 1, 9, tzinfo=UTC),
    ),
)
CLOSED: Final = EventType(
    name="request.closed",
    says="A request was answered, refused or withdrawn.",
    about=EventAbout.PERSON,
    fields={
        "request": "the `entry` of the event with which it was opened",
        "how": f"one of {', '.join(f'`{ending}`' for ending in ENDINGS)}",
        "code": "the answer, or the ground of a refusal; empty for none",
    },
    data=lambda facts: {"request": facts.request, "how": facts.event, "code": facts.code},
    fits=lambda facts: facts.event in ENDINGS,
    example=RequestAdvanced(
        4702,
        Code(RequestEventKind.ANSWERED),
        Code("granted"),
        Word(""),
        Code(""),
        None,
        0,
        0,
        (),
    ),
)
