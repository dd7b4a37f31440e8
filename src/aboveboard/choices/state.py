"""Consent state: what a person's choices, taken together, allow now. Pure: a fold over events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from aboveboard.basics.actor import Actor


class Answer(StrEnum):
    """What a person said: yes (I agree, or I no longer object), or no (I withdraw, or I object)."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, order=True)
class ChoiceEvent:
    """One choice: ordered by when it was made, then by its id (the later one counts)."""

    at: datetime
    id: int
    purpose: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One choice as it was recorded: ``evidence`` refers to where they said so, ``actor`` is who
    recorded it, ``entry_id`` the ledger entry that proves it."""

    id: int
    person_id: int
    purpose: str
    answer: Answer
    channel: str
    evidence: str
    at: datetime
    promise_serial: int
    actor: Actor
    entry_id: int


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The last answer on each purpose that the person ever decided about."""

    last: Mapping[str, ChoiceEvent]

    def answer(self, purpose: str) -> Answer | None:
        """Return the last answer about the purpose, or None if they never gave one."""
        event = self.last.get(purpose)
        return event.answer if event else None

    def since(self, purpose: str) -> datetime | None:
        """Return when the last answer was given."""
        event = self.last.get(purpose)
        return event.at if event else None


NO_CHOICES = ConsentState(MappingProxyType({}))


def fold(events: Iterable[ChoiceEvent]) -> ConsentState:
    """Return the consent state after ``events``, in whatever order they come."""
    last: dict[str, ChoiceEvent] = {}
    for event in events:
        known = last.get(event.purpose)
        # Compared whole: of two in one moment the later recorded counts, on every machine alike.
        if known is None or known < event:
            last[event.purpose] = event
    return ConsentState(MappingProxyType(last))


def fold_merged(sources: Mapping[int, Iterable[ChoiceEvent]], since: datetime) -> ConsentState:
    """Return the consent state of a person whom several records were merged into, ``since`` when
    the last of them was.

    Each record's choices before then are folded apart. Where their last answers differ, the no
    counts: whoever said yes on one record may not have known of the other, and nothing is lost by
    asking again. Where they agree, the later counts. What the person has said since is their last
    answer, as always.
    """
    earlier: dict[str, ChoiceEvent] = {}
    for events in sources.values():
        before = fold(event for event in events if event.at < since)
        for purpose, event in before.last.items():
            known = earlier.get(purpose)
            if known is None or _stricter(event) > _stricter(known):
                earlier[purpose] = event
    later = fold(event for events in sources.values() for event in events if event.at >= since)
    return ConsentState(MappingProxyType(earlier | dict(later.last)))


def _stricter(event: ChoiceEvent) -> tuple[bool, ChoiceEvent]:
    # A no beats any yes, however late; among equals the later.
    return event.answer is Answer.NO, event
