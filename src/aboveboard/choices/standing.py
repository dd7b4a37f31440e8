"""Standing: what a person's choices, taken together, allow now. Pure: a fold over events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Answer(StrEnum):
    """What a person said: yes (I agree, or I no longer object), or no (I withdraw, or I object)."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One choice: ordered by when it was made, then by its id (the later word stands)."""

    at: datetime
    id: int
    purpose: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Standing:
    """The last word on each purpose the person ever decided about."""

    last: Mapping[str, Event]

    def said(self, purpose: str) -> Answer | None:
        """Return the last answer about the purpose, or None if they never gave one."""
        event = self.last.get(purpose)
        return event.answer if event else None

    def since(self, purpose: str) -> datetime | None:
        """Return when the last answer was given."""
        event = self.last.get(purpose)
        return event.at if event else None


NOTHING_SAID = Standing(MappingProxyType({}))


def fold(events: Iterable[Event]) -> Standing:
    """Return the standing after ``events``, in whatever order they come."""
    last: dict[str, Event] = {}
    for event in events:
        known = last.get(event.purpose)
        if known is None or known < event:
            last[event.purpose] = event
    return Standing(MappingProxyType(last))
