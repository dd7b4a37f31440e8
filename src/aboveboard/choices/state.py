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


def fold_merged(sources: Mapping[int, Iterable[Event]], since: datetime) -> Standing:
    """Return the standing of a person whom several records were merged into, ``since``
    when the last of them was.

    Each record's choices before then are folded apart. Where their last words differ, no
    stands: whoever said yes on one record may not have known of the other, and nothing is lost
    by asking again. Where they agree, the later stands. What the person has said since is
    their last word, as always.
    """
    stands: dict[str, Event] = {}
    for events in sources.values():
        for purpose, event in fold(one for one in events if one.at < since).last.items():
            known = stands.get(purpose)
            if known is None or _stricter(event) > _stricter(known):
                stands[purpose] = event
    later = fold(event for events in sources.values() for event in events if event.at >= since)
    return Standing(MappingProxyType(stands | dict(later.last)))


def _stricter(event: Event) -> tuple[bool, Event]:
    return event.answer is Answer.NO, event
