"""Consent state: what a person's choices, taken together, allow now. Pure: a fold over events.

Who may say yes: anybody may record what a person said, and two rules keep a yes theirs.

1. Nobody uses data under a yes that they alone recorded (:attr:`ConsentState.yes_recorded_by`).
2. A yes that others record after the person's own no waits (:func:`needs_confirmation`): for the
   person's own hand, or for a member of staff who did not record one before. A no is taken from
   anyone.

An answer is about a topic (:mod:`aboveboard.choices.topic`): a purpose as a whole, or one way of
contact of it. Four rules join them (``docs/decisions/0054``):

1. A no to the whole covers every way of contact: whatever yes was said about one before is over.
2. A no to one way of contact leaves the whole, and the others.
3. A yes to the whole takes back a no to the whole, and no other: a no to one way of contact stands
   until that way itself has a yes. Who said "no calls" and later "yes, offers" still gets no call.
4. A yes to one way of contact allows that way alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.choices.boundaries import NO_BOUNDARIES, Boundaries, boundaries_of
from aboveboard.choices.confirmation import is_confirmation
from aboveboard.choices.third_parties import is_third_party
from aboveboard.choices.topic import WHOLE, parts_of, topic_of

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
    MET = "met"
    """Nobody's answer, but what became of a no: compelling grounds were shown against the objection
    (GDPR Art. 21(1)), or it was taken back. It stays a no, which stops the use no longer."""


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
    contact: str = WHOLE
    """The way of contact it is about; empty where it is about the purpose as a whole."""
    promise: int = 0
    """The version of the promise that was in force when it was made; 0 where that is not known."""

    @property
    def topic(self) -> str:
        """What it is about, as the state keeps it."""
        return topic_of(self.purpose, self.contact)


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One choice as it was recorded: ``evidence`` refers to where they said so, ``actor`` is who
    recorded it, ``entry_id`` the ledger entry that proves it. ``waits``: it is a yes that counted
    for nothing when it was recorded. ``contact``: the way of contact it is about, or empty."""

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
    contact: str = WHOLE

    @property
    def topic(self) -> str:
        """What it is about: the purpose, or one way of contact of it."""
        return topic_of(self.purpose, self.contact)


_NO_NAMES: Final[frozenset[str]] = frozenset()
_NOBODY: Mapping[str, frozenset[str]] = MappingProxyType({})
_NOTHING: Mapping[str, ChoiceEvent] = MappingProxyType({})
_NO_MOMENTS: Mapping[str, datetime] = MappingProxyType({})


def _no_recorders() -> Mapping[str, frozenset[str]]:
    return _NOBODY


def _no_moments() -> Mapping[str, datetime]:
    return _NO_MOMENTS


def _no_choices() -> Mapping[str, ChoiceEvent]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The last answer that counts on each topic that the person ever decided about.

    ``yes_recorded_by``: for each topic whose last answer is yes, everyone who recorded one since
    the last no. ``after_no``: the topics on which that yes followed a no. ``waiting``: the newest
    yes that waits, by topic, and ``waiting_by`` who recorded those that do. ``refused``: the topics
    about which the person's own last word, with their own hand, is no. ``met``: when the objection
    to a purpose, as a whole, that is their last word was met.
    """

    last: Mapping[str, ChoiceEvent]
    yes_recorded_by: Mapping[str, frozenset[str]] = field(default_factory=_no_recorders)
    after_no: frozenset[str] = frozenset()
    waiting: Mapping[str, ChoiceEvent] = field(default_factory=_no_choices)
    waiting_by: Mapping[str, frozenset[str]] = field(default_factory=_no_recorders)
    refused: frozenset[str] = frozenset()
    met: Mapping[str, datetime] = field(default_factory=_no_moments)
    boundaries: Boundaries = NO_BOUNDARIES
    unproven: bool = False
    """Whether something that they chose was changed past the program: then every answer is a no."""

    def deciding(self, purpose: str, contact: str = WHOLE) -> ChoiceEvent | None:
        """Return the choice that decides about a purpose, or about one way of contact of it: what
        they said of that way, else what they said of the whole."""
        if contact and (own := self.last.get(f"{purpose}/{contact}")) is not None:
            return own
        return self.last.get(purpose)

    def answer(self, purpose: str, contact: str = WHOLE) -> ChoiceAnswer | None:
        """Return the last answer about the purpose, or about a way of contact of it, or None if
        they never gave one.

        Without ``contact`` it is the whole that is asked about: a yes to one way of contact is none
        to the whole.
        """
        if self.unproven or self.boundaries.deceased:
            return ChoiceAnswer.NO
        event = self.deciding(purpose, contact)
        return event.answer if event else None

    def since(self, purpose: str, contact: str = WHOLE) -> datetime | None:
        """Return when the last answer was given."""
        event = self.deciding(purpose, contact)
        return event.at if event else None

    def is_met(self, purpose: str, contact: str = WHOLE) -> bool:
        """Whether the no that decides was met, and stops nothing any more."""
        event = self.deciding(purpose, contact)
        stands = event is not None and event.topic in self.met
        return stands and not self.unproven and not self.boundaries.deceased

    def broadest(self, purpose: str) -> ChoiceEvent | None:
        """Return the newest yes to the purpose or any way of contact of it, where there is one,
        else the last answer about the whole: what decides whether anything of it goes on."""
        agreed = [
            event
            for event in self.last.values()
            if event.purpose == purpose and event.answer is ChoiceAnswer.YES
        ]
        return max(agreed, default=self.last.get(purpose))

    def denied(self, purposes: Iterable[str]) -> list[str]:
        """Return the topics of these purposes to which the answer is no, in a fixed order: the
        whole, and each way of contact that was refused by itself."""
        if self.unproven:
            return sorted(purposes)
        no = {topic for topic, event in self.last.items() if event.answer is ChoiceAnswer.NO}
        known = set(purposes)
        return sorted(topic for topic in no if parts_of(topic)[0] in known)

    def recorders(self, purpose: str, contact: str = WHOLE) -> frozenset[str]:
        """Return everyone whose recording of a yes the answer rests on; nobody where it is none."""
        whole = self.yes_recorded_by.get(purpose, _NO_NAMES)
        topic = topic_of(purpose, contact)
        if not contact or topic not in self.last:
            return whole
        # A yes to the whole stands backing a way of contact too, unless that way was refused once.
        backing = _NO_NAMES if topic in self.after_no else whole
        return self.yes_recorded_by.get(topic, _NO_NAMES) | backing

    def took_no_back(self, purpose: str, contact: str = WHOLE) -> bool:
        """Whether the yes to this followed a no to it, or to the whole."""
        topic, whole = topic_of(purpose, contact), self.last.get(purpose)
        return not self.after_no.isdisjoint({topic, purpose}) or (
            topic in self.yes_recorded_by and whole is not None and whole.answer is ChoiceAnswer.NO
        )

    def is_recorded_only_by(self, purpose: str, by: Actor, contact: str = WHOLE) -> bool:
        """Whether the yes to this is one that nobody but this actor recorded."""
        recorded_by = self.recorders(purpose, contact)
        if len(recorded_by) != 1:
            return False
        # Asked of every use: most say yes with their own hand, and nobody else's name is made.
        if OWN_HAND in recorded_by:
            return by.kind is ActorKind.PERSON
        return recorder_id(by) in recorded_by

    def keeps_out(self, by: Actor) -> bool:
        """Whether the person keeps this member of staff or client out of their record. What was
        changed past the program may have said so."""
        if by.kind not in (ActorKind.STAFF, ActorKind.SERVICE):
            return False
        return self.unproven or self.boundaries.keep_out(by.role, by.team)

    def is_refused(self, purpose: str, contact: str = WHOLE) -> bool:
        """Whether the person's own hand said no to this last: to that way of contact, or to the
        whole and nothing of that way since. What was changed past the program may have been one."""
        topic = topic_of(purpose, contact)
        if self.unproven or topic in self.refused:
            return True
        # Not the whole: a yes to a way of contact that counts came after any no to the whole.
        return purpose in self.refused and topic not in self.yes_recorded_by


NO_CHOICES = ConsentState(MappingProxyType({}))
UNPROVEN_CHOICES = ConsentState(MappingProxyType({}), unproven=True)


@dataclass(slots=True)
class _Fold:
    """What the events so far come to, by topic. ``recorded_by`` has whoever recorded a yes since
    the last no, those that wait among them: that is what a colleague confirms."""

    last: dict[str, ChoiceEvent] = field(default_factory=dict)
    recorded_by: dict[str, frozenset[str]] = field(default_factory=dict)
    after_no: set[str] = field(default_factory=set)
    waiting: dict[str, ChoiceEvent] = field(default_factory=dict)
    waiting_by: dict[str, frozenset[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    met: dict[str, datetime] = field(default_factory=dict)

    def add(self, event: ChoiceEvent) -> None:
        """Take one more event, later than all before."""
        topic = event.topic
        if event.answer is ChoiceAnswer.MET:
            # Of what nobody objects to any more there is nothing to meet.
            if topic in self.last and self.last[topic].answer is ChoiceAnswer.NO:
                self.met[topic] = event.at
                self.last[topic] = replace(self.last[topic], at=event.at)
            return
        if not event.waits:
            self.met.pop(topic, None)
        if event.answer is ChoiceAnswer.NO:
            self.recorded_by[topic] = _NO_NAMES
            self.after_no.add(topic)
            if not event.contact:
                self._end_ways(event.purpose)  # 1
        else:
            self.recorded_by[topic] = self.recorded_by.get(topic, _NO_NAMES) | {event.by}
        if event.waits:
            self.waiting[topic] = event
            self.waiting_by[topic] = self.waiting_by.get(topic, _NO_NAMES) | {event.by}
            return
        self.waiting.pop(topic, None)
        self.waiting_by.pop(topic, None)
        self.last[topic] = event
        if event.answer is ChoiceAnswer.YES:
            self.refused.discard(topic)
        elif event.by == OWN_HAND:
            # Somebody else's no changes nothing about whose hand the next yes needs.
            self.refused.add(topic)

    def _end_ways(self, purpose: str) -> None:
        """End what was agreed, or waits, about single ways of contact; a no to one stays."""
        ways = {*self.recorded_by, *self.waiting}
        for topic in [each for each in ways if each.startswith(f"{purpose}/")]:
            self.recorded_by[topic] = _NO_NAMES
            self.waiting.pop(topic, None)
            self.waiting_by.pop(topic, None)
            if topic in self.last and self.last[topic].answer is ChoiceAnswer.YES:
                del self.last[topic]

    def state(self) -> ConsentState:
        """Return what holds now."""
        agreed = {topic for topic, event in self.last.items() if event.answer is ChoiceAnswer.YES}
        return ConsentState(
            MappingProxyType(self.last),
            MappingProxyType({topic: self.recorded_by[topic] for topic in agreed}),
            frozenset(self.after_no & agreed),
            MappingProxyType(self.waiting),
            MappingProxyType(self.waiting_by),
            frozenset(self.refused),
            MappingProxyType(self.met),
            boundaries_of(self.last.keys() - agreed),
        )


def fold(events: Iterable[ChoiceEvent]) -> ConsentState:
    """Return the consent state after ``events``, in whatever order they come."""
    return _folded(events).state()


def _folded(events: Iterable[ChoiceEvent]) -> _Fold:
    done = _Fold()
    for event in sorted(events):
        done.add(event)
    return done


def needs_confirmation(
    state: ConsentState, purpose: str, answer: ChoiceAnswer, by: Actor, contact: str = WHOLE
) -> bool:
    """Whether an answer that is recorded now, in this consent state, must wait.

    A no never waits, and neither does what the person says with their own hand. A yes that somebody
    else records waits where the person's own last word was no, unless a member of staff confirms a
    yes that others recorded since: who recorded one of them cannot confirm it, not even through
    another yes in between. Once confirmed it is the person's word again. That a third party is let
    in always waits where staff or a program record it, and nobody confirms it but the person.
    """
    if answer is ChoiceAnswer.NO or by.kind is ActorKind.PERSON:
        return False
    # A third party is let in by hand: the person's, or that of who acts for them.
    if is_third_party(purpose) and by.kind is not ActorKind.REPRESENTATIVE:
        return True
    return state.is_refused(purpose, contact) and not can_confirm(state, purpose, by, contact)


def can_confirm(state: ConsentState, purpose: str, by: Actor, contact: str = WHOLE) -> bool:
    """Whether a yes to this waits that this member of staff may confirm. Who recorded one to the
    whole cannot confirm one to a way of contact of it: that would be their own word again."""
    recorders = state.waiting_by.get(topic_of(purpose, contact), _NO_NAMES)
    if by.kind is not ActorKind.STAFF or not recorders or is_third_party(purpose):
        return False
    return recorder_id(by) not in recorders | state.waiting_by.get(purpose, _NO_NAMES)


def fold_merged(sources: Mapping[int, Iterable[ChoiceEvent]], since: datetime) -> ConsentState:
    """Return the consent state of a person whom several records were merged into, ``since`` when
    the last of them was.

    Each record's choices before then are folded apart. Where their last answers about a topic
    differ, the no counts, and a no to the whole on one record covers the ways of contact of the
    other: whoever said yes on one record may not have known of the other, and nothing is lost by
    asking again. Where they agree, the later counts. Their own no on either is their own no, and a
    yes waits no longer where one of the two said no later. What the person has said since is their
    last answer, as always.
    """
    apart = [_folded(event for event in events if event.at < since) for events in sources.values()]
    merged = _Fold()
    for state in apart:
        merged.after_no |= state.after_no
        merged.refused |= state.refused
        for topic, event in state.last.items():
            # Which record's address is kept, this cannot tell: it is confirmed once more.
            if is_confirmation(topic):
                continue
            known = merged.last.get(topic)
            if known is None or _strictness(event) > _strictness(known):
                merged.last[topic] = event
                merged.recorded_by[topic] = state.recorded_by[topic]
                merged.met.pop(topic, None)
                if topic in state.met:
                    merged.met[topic] = state.met[topic]
    _cover_ways(merged, apart)
    both = sorted(event for events in sources.values() for event in events)
    joint = _folded(event for event in both if event.at < since)
    merged.waiting, merged.waiting_by = joint.waiting, joint.waiting_by
    for event in both:
        if event.at >= since:
            merged.add(event)
    return merged.state()


def _cover_ways(merged: _Fold, apart: Iterable[_Fold]) -> None:
    """Let a no to the whole on one record cover what another agreed to for one way of contact."""
    for topic, event in list(merged.last.items()):
        if not event.contact or event.answer is ChoiceAnswer.NO:
            continue
        for state in apart:
            whole = state.last.get(event.purpose)
            if topic not in state.last and whole is not None and whole.answer is ChoiceAnswer.NO:
                merged.last.pop(topic, None)
                merged.recorded_by[topic] = _NO_NAMES


def _strictness(event: ChoiceEvent) -> tuple[bool, ChoiceEvent]:
    return event.answer is ChoiceAnswer.NO, event
