"""Consent state: what a person's choices, taken together, allow now. Pure: a fold over events.

Who may say yes: anybody may record what a person said, and two rules keep a yes theirs.

1. Nobody uses data under a yes that they alone recorded (:attr:`ConsentState.yes_recorded_by`).
2. A yes that others record after the person's own no waits (:func:`needs_confirmation`): for the
   person's own hand, or for a member of staff who did not record one before. A no is taken from
   anyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from aboveboard.basics.actor import Actor, ActorKind

OWN_HAND: Final = "person:"
"""Who recorded a choice that the person made with their own hand, signed in."""


def recorder_id(by: Actor) -> str:
    """Return who records a choice, as the rules compare them: an account or a client, whatever
    role or team it has at the time."""
    return OWN_HAND if by.kind is ActorKind.PERSON else f"{by.kind.value}:{by.id}"


class ChoiceAnswer(StrEnum):
    """What a person said: yes (I agree, or I no longer object), or no (I withdraw, or I object)."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, order=True)
class ChoiceEvent:
    """One choice: ordered by when it was made, then by its id (the later one counts)."""

    at: datetime
    id: int
    purpose: str
    answer: ChoiceAnswer
    by: str = OWN_HAND
    """Who recorded it, as :func:`recorder_id` names them."""
    waits: bool = False
    """Whether it counts for nothing until somebody else confirms it."""


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One choice as it was recorded: ``evidence`` refers to where they said so, ``actor`` is who
    recorded it, ``entry_id`` the ledger entry that proves it. ``waits``: it is a yes that counted
    for nothing when it was recorded."""

    id: int
    person_id: int
    purpose: str
    answer: ChoiceAnswer
    channel: str
    evidence: str
    at: datetime
    promise_serial: int
    actor: Actor
    entry_id: int
    waits: bool


_NOBODY: Mapping[str, frozenset[str]] = MappingProxyType({})
_NOTHING: Mapping[str, ChoiceEvent] = MappingProxyType({})


def _no_recorders() -> Mapping[str, frozenset[str]]:
    return _NOBODY


def _no_choices() -> Mapping[str, ChoiceEvent]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The last answer that counts on each purpose that the person ever decided about.

    ``yes_recorded_by``: for each purpose whose last answer is yes, everyone who recorded one since
    the last no. ``after_no``: the purposes to which that yes followed a no. ``waiting``: the newest
    yes that waits, by purpose, and ``waiting_by`` who recorded those that do. ``refused``: the
    purposes about which the person's own last word, with their own hand, is no.
    """

    last: Mapping[str, ChoiceEvent]
    yes_recorded_by: Mapping[str, frozenset[str]] = field(default_factory=_no_recorders)
    after_no: frozenset[str] = frozenset()
    waiting: Mapping[str, ChoiceEvent] = field(default_factory=_no_choices)
    waiting_by: Mapping[str, frozenset[str]] = field(default_factory=_no_recorders)
    refused: frozenset[str] = frozenset()
    unproven: bool = False
    """Whether something that they chose was changed past the program: then every answer is a no."""

    def answer(self, purpose: str) -> ChoiceAnswer | None:
        """Return the last answer about the purpose, or None if they never gave one."""
        if self.unproven:
            return ChoiceAnswer.NO
        event = self.last.get(purpose)
        return event.answer if event else None

    def since(self, purpose: str) -> datetime | None:
        """Return when the last answer was given."""
        event = self.last.get(purpose)
        return event.at if event else None

    def is_recorded_only_by(self, purpose: str, by: Actor) -> bool:
        """Whether the yes to the purpose is one that nobody but this actor recorded."""
        recorded_by = self.yes_recorded_by.get(purpose)
        if recorded_by is None or len(recorded_by) != 1:
            return False
        # Asked of every use: most say yes with their own hand, and nobody else's name is made.
        if OWN_HAND in recorded_by:
            return by.kind is ActorKind.PERSON
        return recorder_id(by) in recorded_by


NO_CHOICES = ConsentState(MappingProxyType({}))
UNPROVEN_CHOICES = ConsentState(MappingProxyType({}), unproven=True)


@dataclass(slots=True)
class _Fold:
    """What the events so far come to. ``recorded_by`` has whoever recorded a yes since the last no,
    those that wait among them: that is what a colleague confirms."""

    last: dict[str, ChoiceEvent] = field(default_factory=dict)
    recorded_by: dict[str, frozenset[str]] = field(default_factory=dict)
    after_no: set[str] = field(default_factory=set)
    waiting: dict[str, ChoiceEvent] = field(default_factory=dict)
    waiting_by: dict[str, frozenset[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def add(self, event: ChoiceEvent) -> None:
        """Take one more event, later than all before."""
        purpose = event.purpose
        if event.answer is ChoiceAnswer.NO:
            self.recorded_by[purpose] = frozenset()
            self.after_no.add(purpose)
        else:
            self.recorded_by[purpose] = self.recorded_by.get(purpose, frozenset()) | {event.by}
        if event.waits:
            self.waiting[purpose] = event
            self.waiting_by[purpose] = self.waiting_by.get(purpose, frozenset()) | {event.by}
            return
        self.waiting.pop(purpose, None)
        self.waiting_by.pop(purpose, None)
        self.last[purpose] = event
        if event.answer is ChoiceAnswer.YES:
            self.refused.discard(purpose)
        elif event.by == OWN_HAND:
            # Somebody else's no changes nothing about whose hand the next yes needs.
            self.refused.add(purpose)

    def state(self) -> ConsentState:
        """Return what holds now."""
        agreed = {
            purpose for purpose, event in self.last.items() if event.answer is ChoiceAnswer.YES
        }
        return ConsentState(
            MappingProxyType(self.last),
            MappingProxyType({purpose: self.recorded_by[purpose] for purpose in agreed}),
            frozenset(self.after_no & agreed),
            MappingProxyType(self.waiting),
            MappingProxyType(self.waiting_by),
            frozenset(self.refused),
        )


def fold(events: Iterable[ChoiceEvent]) -> ConsentState:
    """Return the consent state after ``events``, in whatever order they come."""
    return _folded(events).state()


def _folded(events: Iterable[ChoiceEvent]) -> _Fold:
    done = _Fold()
    for event in sorted(events):
        done.add(event)
    return done


def needs_confirmation(state: ConsentState, purpose: str, answer: ChoiceAnswer, by: Actor) -> bool:
    """Whether an answer that is recorded now, in this consent state, must wait.

    A no never waits, and neither does what the person says with their own hand. A yes that somebody
    else records waits where the person's own last word was no, unless a member of staff confirms a
    yes that others recorded since: who recorded one of them cannot confirm it, not even through
    another yes in between. Once confirmed it is the person's word again.
    """
    if answer is ChoiceAnswer.NO or by.kind is ActorKind.PERSON:
        return False
    # What was changed past the program may have been their own no to this.
    refused = state.unproven or purpose in state.refused
    return refused and not can_confirm(state, purpose, by)


def can_confirm(state: ConsentState, purpose: str, by: Actor) -> bool:
    """Whether a yes of one purpose waits that this member of staff may confirm."""
    recorders = state.waiting_by.get(purpose, frozenset())
    return by.kind is ActorKind.STAFF and bool(recorders) and recorder_id(by) not in recorders


def fold_merged(sources: Mapping[int, Iterable[ChoiceEvent]], since: datetime) -> ConsentState:
    """Return the consent state of a person whom several records were merged into, ``since`` when
    the last of them was.

    Each record's choices before then are folded apart. Where their last answers differ, the no
    counts: whoever said yes on one record may not have known of the other, and nothing is lost by
    asking again. Where they agree, the later counts. Their own no on either is their own no, and a
    yes waits no longer where one of the two said no later. What the person has said since is their
    last answer, as always.
    """
    merged, joint = _Fold(), _Fold()
    for events in sources.values():
        before = _folded(event for event in events if event.at < since)
        merged.after_no |= before.after_no
        merged.refused |= before.refused
        for purpose, event in before.last.items():
            known = merged.last.get(purpose)
            if known is None or _strictness(event) > _strictness(known):
                merged.last[purpose] = event
                merged.recorded_by[purpose] = before.recorded_by[purpose]
    both = sorted(event for events in sources.values() for event in events)
    for event in both:
        if event.at < since:
            joint.add(event)
    merged.waiting, merged.waiting_by = joint.waiting, joint.waiting_by
    for event in both:
        if event.at >= since:
            merged.add(event)
    return merged.state()


def _strictness(event: ChoiceEvent) -> tuple[bool, ChoiceEvent]:
    return event.answer is ChoiceAnswer.NO, event
