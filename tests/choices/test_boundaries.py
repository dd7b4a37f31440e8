"""Boundaries: whom a person keeps out of their record, and what is kept for less time. The rules
are pure; one journey goes through the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.access.decision.personal import is_over
from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.choices import queries
from aboveboard.choices.boundaries import (
    NO_BOUNDARIES,
    Boundary,
    BoundaryKind,
    boundaries_of,
    is_boundary,
)
from aboveboard.choices.bounding import (
    BoundaryRefused,
    check_boundary,
    lift_boundary,
    set_boundary,
)
from aboveboard.choices.state import (
    OWN_HAND,
    UNPROVEN_CHOICES,
    ChoiceAnswer,
    ChoiceEvent,
    ConsentState,
    fold,
    fold_merged,
    needs_confirmation,
)
from aboveboard.promise.period import Period
from tests.promise import retailer
from tests.world import ADVISER, load

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PROMISE = retailer()
ANN = Actor(ActorKind.STAFF, "1", "adviser", "Leeds shop")
YES, NO = ChoiceAnswer.YES, ChoiceAnswer.NO
ADVISERS: Final = Boundary(BoundaryKind.ROLE, "adviser")
LEEDS: Final = Boundary(BoundaryKind.TEAM, "Leeds shop")


def event(number: int, boundary: Boundary, answer: ChoiceAnswer, by: str = OWN_HAND) -> ChoiceEvent:
    at = NOW - timedelta(days=30 - number)
    return ChoiceEvent(at, number, boundary.purpose, answer, by, contact=boundary.keep)


def keep(period: str) -> Boundary:
    return Boundary(BoundaryKind.KEEP, "personal-offers", period)


def state(*said: tuple[Boundary, ChoiceAnswer]) -> ConsentState:
    return fold(event(number, *each) for number, each in enumerate(said, 1))


# What stands -> whether Ann of the Leeds shop, an adviser, is kept out.
OUT: Final[dict[str, tuple[tuple[tuple[Boundary, ChoiceAnswer], ...], bool]]] = {
    "nothing": ((), False),
    "her role": (((ADVISERS, NO),), True),
    "her team": (((LEEDS, NO),), True),
    "another role": (((Boundary(BoundaryKind.ROLE, "finance"), NO),), False),
    "another team": (((Boundary(BoundaryKind.TEAM, "leeds shop"), NO),), False),
    "her role, let in again": (((ADVISERS, NO), (ADVISERS, YES)), False),
    "her team, and her role let in again": (((LEEDS, NO), (ADVISERS, NO), (ADVISERS, YES)), True),
    "how long something is kept": (((keep("P1M"), NO),), False),
}


@pytest.mark.parametrize(("said", "out"), OUT.values(), ids=OUT)
def test_who_is_kept_out(said: tuple[tuple[Boundary, ChoiceAnswer], ...], out: bool) -> None:
    assert state(*said).keeps_out(ANN) is out
    assert not state(*said).keeps_out(CUSTOMER), "nobody keeps themself out"
    assert not state(*said).keeps_out(SYSTEM), "nor the program that erases what they want erased"


def test_what_was_changed_past_the_program_may_have_kept_them_out() -> None:
    assert UNPROVEN_CHOICES.keeps_out(ANN)
    assert not UNPROVEN_CHOICES.keeps_out(CUSTOMER)


def test_letting_in_again_needs_the_hand_that_kept_out() -> None:
    own = state((ADVISERS, NO))
    assert needs_confirmation(own, ADVISERS.purpose, YES, ANN)
    assert not needs_confirmation(own, ADVISERS.purpose, YES, CUSTOMER)
    waits = ChoiceEvent(NOW, 9, ADVISERS.purpose, YES, "staff:1", waits=True)
    assert fold([event(1, ADVISERS, NO), waits]).keeps_out(ANN)


def test_of_two_records_merged_what_either_keeps_out_is_kept_out() -> None:
    one, other = [event(1, ADVISERS, NO), event(2, ADVISERS, YES)], [event(1, ADVISERS, NO)]
    both = [*one, event(3, keep("P6M"), NO)], [*other, event(4, keep("P1M"), NO)]
    merged = fold_merged({1: both[0], 2: both[1]}, NOW)
    assert merged.keeps_out(ANN)
    assert merged.boundaries.shorter == {"personal-offers": Period.parse("P1M")}


@given(st.lists(st.tuples(st.sampled_from(["P1M", "P3M", "P1Y"]), st.booleans()), max_size=8))
def test_the_shortest_time_that_stands_holds(said: list[tuple[str, bool]]) -> None:
    last = dict(said)
    periods = [Period.parse(period) for period, is_set in last.items() if is_set]
    shorter = state(*((keep(p), NO if is_set else YES) for p, is_set in said)).boundaries.shorter
    expected = min(periods, key=Period.longest, default=None)
    assert shorter.get("personal-offers") == expected


def test_a_shorter_time_ends_the_use_and_keeps_nothing_longer() -> None:
    offers = PROMISE.purposes["personal-offers"]
    said = [ChoiceEvent(NOW - timedelta(days=60), 1, offers.key, YES), event(9, keep("P1M"), NO)]
    consent = fold(said)
    began = NOW - timedelta(days=60)
    assert is_over(offers, consent, began, NOW)
    assert not is_over(offers, fold(said[:1]), began, NOW)
    only = {offers.key: offers}
    held = HeldData({"email": began}, NOW, consent)
    alone = replace(PROMISE, purposes=only)
    assert lapsed_fields(alone, held, NOW) == {"email": {offers.key: "time_over"}}
    assert lapsed_fields(alone, HeldData(held.collected, NOW, fold(said[:1])), NOW) == {}


def test_a_boundary_is_told_from_a_purpose_and_none_is_nothing() -> None:
    assert [is_boundary(each.purpose) for each in (ADVISERS, LEEDS, keep("P1M"))] == [True] * 3
    assert not any(map(is_boundary, PROMISE.purposes))
    assert LEEDS.purpose == "team:" + LEEDS.purpose[5:]
    assert "Leeds" not in LEEDS.purpose
    assert boundaries_of(["personal-offers", "personal-offers/email"]) is NO_BOUNDARIES


@pytest.mark.parametrize(
    ("boundary", "why"),
    [
        (Boundary(BoundaryKind.ROLE, "customer"), "Use one of: adviser"),
        (Boundary(BoundaryKind.ROLE, "pirate"), "Use one of: adviser"),
        (Boundary(BoundaryKind.TEAM, ""), "Give the name of the team"),
        (Boundary(BoundaryKind.KEEP, "tax-accounts", "P1M"), "leaves them a choice"),
        (Boundary(BoundaryKind.KEEP, "personal-offers", "P2Y"), "shorter than P2Y"),
        (Boundary(BoundaryKind.KEEP, "personal-offers", "soon"), "shorter than P2Y"),
    ],
)
def test_what_cannot_be_set_is_refused_with_what_can(boundary: Boundary, why: str) -> None:
    with pytest.raises(BoundaryRefused, match=why):
        check_boundary(PROMISE, boundary)


@pytest.mark.django_db
def test_it_is_kept_as_a_choice_and_taken_back_by_the_hand_that_set_it() -> None:
    person, _ = load(2)[0]
    given: dict[str, Any] = {"channel": "portal", "evidence": "portal:1", "at": clock.now()}
    made = set_boundary(person, LEEDS, by=CUSTOMER, **given)
    assert set_boundary(person, LEEDS, by=CUSTOMER, **given) == made, "said twice it is one"
    set_boundary(person, keep("P6M"), by=CUSTOMER, **given)
    state = queries.consent_state(person)
    assert state.keeps_out(ANN)
    assert state.boundaries.shorter == {"personal-offers": Period.parse("P6M")}
    assert lift_boundary(person, LEEDS, by=ADVISER, **given).waits
    assert queries.consent_state(person).keeps_out(ANN)
    lifted = lift_boundary(person, LEEDS, by=CUSTOMER, **given)
    assert lift_boundary(person, LEEDS, by=CUSTOMER, **given) == lifted
    assert not queries.consent_state(person).keeps_out(ANN)
