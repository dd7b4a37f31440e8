"""When a field may no longer be kept: named stories, and what holds for every
promise, person and moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment, PersonFacts
from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.choices.state import ChoiceAnswer, ChoiceEvent, fold
from aboveboard.promise.model import (
    LawfulBasis,
    Period,
    Promise,
    Purpose,
    Retention,
    RetentionStart,
)
from tests.promise import retailer

SAMPLE = retailer()
START = datetime(2020, 1, 1, tzinfo=UTC)
COLLECTION, ACTIVITY, CHOICE = (
    RetentionStart.COLLECTION,
    RetentionStart.LAST_ACTIVITY,
    RetentionStart.CHOICE,
)


def year(years: float) -> datetime:
    return START + timedelta(days=round(years * 366))


def purpose(
    key: str,
    *fields: str,
    basis: LawfulBasis = LawfulBasis.CONTRACT,
    keep: int = 2,
    starts: RetentionStart = COLLECTION,
) -> Purpose:
    model = next(iter(SAMPLE.purposes.values()))
    retention = Retention(Period(years=keep), starts, None)
    return replace(model, key=key, fields=fields, basis=basis, retention=retention)


def promising(*purposes: Purpose) -> Promise:
    return replace(SAMPLE, purposes=MappingProxyType({one.key: one for one in purposes}))


def said(**answers: tuple[ChoiceAnswer, float]) -> list[ChoiceEvent]:
    return [
        ChoiceEvent(year(when), number, key, answer)
        for number, (key, (answer, when)) in enumerate(answers.items())
    ]


def held(
    *fields: str, collected: float = 0, active: float = 0, choices: list[ChoiceEvent] | None = None
) -> HeldData:
    return HeldData(dict.fromkeys(fields, year(collected)), year(active), fold(choices or []))


CONSENT, INTEREST = LawfulBasis.CONSENT, LawfulBasis.LEGITIMATE_INTERESTS
YES, NO = ChoiceAnswer.YES, ChoiceAnswer.NO
ORDER, OFFERS = purpose("order", "email"), purpose("offers", "email", basis=CONSENT, starts=CHOICE)
STATS = purpose("stats", "email", basis=INTEREST, keep=9)
CALLS = purpose("calls", "email", keep=2, starts=ACTIVITY)

STORIES: dict[str, tuple[Promise, HeldData, float, Mapping[str, Mapping[str, str]]]] = {
    "its time runs": (promising(ORDER), held("email"), 1, {}),
    "its time is over": (promising(ORDER), held("email"), 3, {"email": {"order": "time_over"}}),
    "a younger value of the same person stays": (
        promising(ORDER),
        held("email", collected=2),
        3,
        {},
    ),
    "they came back": (promising(CALLS), held("email", active=2), 3, {}),
    "they never came back": (promising(CALLS), held("email"), 3, {"email": {"calls": "time_over"}}),
    "one purpose of two still runs": (promising(ORDER, STATS), held("email"), 3, {}),
    "the other one they objected to": (
        promising(ORDER, STATS),
        held("email", choices=said(stats=(NO, 1))),
        3,
        {"email": {"order": "time_over", "stats": "objected"}},
    ),
    "they objected, and the first purpose still runs": (
        promising(ORDER, STATS),
        held("email", choices=said(stats=(NO, 1))),
        1.5,
        {},
    ),
    "they said yes": (promising(OFFERS), held("email", choices=said(offers=(YES, 2))), 3, {}),
    "they said yes long ago": (
        promising(OFFERS),
        held("email", choices=said(offers=(YES, 0))),
        3,
        {"email": {"offers": "time_over"}},
    ),
    "they took it back: at once": (
        promising(OFFERS),
        held("email", choices=said(offers=(NO, 1))),
        1.1,
        {"email": {"offers": "withdrawn"}},
    ),
    "they have not answered yet": (promising(OFFERS), held("email"), 1, {}),
    "they never answered": (
        promising(OFFERS),
        held("email"),
        3,
        {"email": {"offers": "never_answered"}},
    ),
    "what needs no yes does not wait for one": (
        promising(purpose("order", "email", starts=CHOICE)),
        held("email"),
        9,
        {},
    ),
    "no purpose is left for it": (
        promising(ORDER),
        held("email", "shoe_size"),
        1,
        {"shoe_size": {"": "no_purpose"}},
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_story(story: str) -> None:
    promise, person, when, expected = STORIES[story]
    assert lapsed_fields(promise, person, year(when)) == expected


FIELDS = ("email", "phone", "city")
purposes = st.builds(
    purpose,
    st.sampled_from("abcde"),
    st.sampled_from(FIELDS),
    st.sampled_from(FIELDS),
    basis=st.sampled_from(LawfulBasis),
    keep=st.integers(1, 6),
    starts=st.sampled_from(RetentionStart),
)
moments = st.floats(0, 12, allow_nan=False).map(year)
events = st.lists(
    st.builds(
        ChoiceEvent,
        moments,
        st.integers(0, 99),
        st.sampled_from("abcde"),
        st.sampled_from((ChoiceAnswer.YES, ChoiceAnswer.NO)),
    ),
    max_size=6,
)
people = st.builds(
    HeldData,
    st.dictionaries(st.sampled_from([*FIELDS, "shoe_size"]), moments),
    moments,
    events.map(fold),
)


@given(st.lists(purposes, max_size=5), people, moments)
def test_nothing_lapses_that_some_purpose_still_lets_anyone_use(
    wanted: list[Purpose], person: HeldData, at: datetime
) -> None:
    promise = promising(*wanted)
    for field in lapsed_fields(promise, person, at):
        facts = PersonFacts(True, person.consent, person.collected[field], person.last_active_at)
        for one in promise.purposes.values():
            for role in one.roles:
                for channel in one.channels:
                    asked = UseRequest(
                        Actor(ActorKind.STAFF, "1", role), one.key, (field,), channel
                    )
                    assert not decide(
                        promise, asked, DecisionFacts(facts, DecisionMoment(at))
                    ).allowed


@given(st.lists(purposes, max_size=5), people, moments, st.randoms())
def test_the_order_of_purposes_and_fields_changes_nothing(
    wanted: list[Purpose], person: HeldData, at: datetime, random: Random
) -> None:
    promise = promising(*wanted)
    turned = list(promise.purposes.values())
    fields = list(person.collected.items())
    random.shuffle(turned)
    random.shuffle(fields)
    again = replace(person, collected=dict(fields))
    assert lapsed_fields(promising(*turned), again, at) == lapsed_fields(promise, person, at)


@given(st.lists(purposes, max_size=5), people, moments, st.integers(0, 3000))
def test_what_has_lapsed_stays_so_while_nobody_does_anything(
    wanted: list[Purpose], person: HeldData, at: datetime, days: int
) -> None:
    promise = promising(*wanted)
    assert (
        lapsed_fields(promise, person, at).keys()
        <= lapsed_fields(promise, person, at + timedelta(days=days)).keys()
    )
