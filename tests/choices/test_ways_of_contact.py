"""An answer about one way of contact, beside answers about the whole purpose. Pure.

The four rules of ``choices.state`` as tables, and as properties over every order of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.choices.state import (
    UNPROVEN_CHOICES,
    ChoiceAnswer,
    ChoiceEvent,
    ConsentState,
    can_confirm,
    fold,
    fold_merged,
    needs_confirmation,
    recorder_id,
)
from aboveboard.choices.topic import parts_of, topic_of

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
YES, NO = ChoiceAnswer.YES, ChoiceAnswer.NO
WAYS = ("", "email", "phone")
WHO: Final = {
    "ada": CUSTOMER,
    "ann": Actor(ActorKind.STAFF, "1", Role.ADVISER, "Leeds"),
    "ben": Actor(ActorKind.STAFF, "2", Role.ADVISER, "Leeds"),
    "shop": Actor(ActorKind.SERVICE, "1", "web-shop", "Sales"),
}
Says = tuple[str, str, str]
"""Who says what, and about which way of contact; "waits" is a yes that waits."""


def said(*words: Says, first: int = 1) -> list[ChoiceEvent]:
    return [
        ChoiceEvent(
            START + timedelta(minutes=number),
            number,
            "offers",
            NO if word == "no" else YES,
            recorder_id(WHO[who]),
            word == "waits",
            contact,
        )
        for number, (who, word, contact) in enumerate(words, first)
    ]


def answers(state: ConsentState) -> str:
    """Return what holds for the whole, e-mail and phone: "yes no -"."""
    return " ".join(state.answer("offers", way) or "-" for way in WAYS)


# Words of the person's own hand -> what holds for the whole, for e-mail and for the phone.
RULES: Final[dict[str, tuple[str, str]]] = {
    "nothing": ("", "- - -"),
    "a yes to the whole is one to every way": ("yes", "yes yes yes"),
    "1: a no to the whole covers every way": ("no", "no no no"),
    "1: and what was agreed to one way before": ("yes/email no", "no no no"),
    "2: a no to one way leaves the rest": ("yes no/email", "yes no yes"),
    "2: and where nothing was said of the whole": ("no/email", "- no -"),
    "3: a yes to the whole takes back no other no": ("no/email yes", "yes no yes"),
    "3: not even one that a no to the whole followed": ("no/email no yes", "yes no yes"),
    "3: until that way has a yes": ("no/email yes yes/email", "yes yes yes"),
    "3: what the whole covered is agreed with the whole": ("yes/email no yes", "yes yes yes"),
    "4: a yes to one way is one to that way alone": ("yes/email", "- yes -"),
    "4: also after a no to the whole": ("no yes/email", "no yes no"),
    "one way taken back by itself": ("yes/email yes/phone no/email", "- no yes"),
    "a yes to a way does not outlive the next no to the whole": ("no yes/email no", "no no no"),
}


@pytest.mark.parametrize(("words", "expected"), RULES.values(), ids=RULES)
def test_the_whole_and_its_ways(words: str, expected: str) -> None:
    spoken = [word.partition("/") for word in words.split()]
    assert answers(fold(said(*(("ada", word, way) for word, _, way in spoken)))) == expected


def test_a_topic_is_a_purpose_or_a_way_of_it_and_is_read_back() -> None:
    assert (topic_of("offers"), topic_of("offers", "email")) == ("offers", "offers/email")
    assert parts_of("offers") == ("offers", "")
    assert parts_of("offers/in_person") == ("offers", "in_person")


def test_when_it_was_said_is_when_the_answer_that_decides_was() -> None:
    state = fold(said(("ada", "yes", ""), ("ada", "no", "email")))
    assert state.since("offers", "email") == START + timedelta(minutes=2)
    assert state.since("offers", "phone") == state.since("offers") == START + timedelta(minutes=1)


def test_what_goes_on_is_the_newest_yes_to_any_of_it_else_the_whole() -> None:
    kept = fold(said(("ada", "yes", "email"), ("ada", "yes", "phone"), ("ada", "no", "email")))
    ended = fold(said(("ada", "yes", "email"), ("ada", "no", "")))
    newest, last = kept.broadest("offers"), ended.broadest("offers")
    assert newest is not None
    assert newest.contact == "phone"
    assert last is not None
    assert last.answer is NO
    assert fold(said(("ada", "no", "email"))).broadest("offers") is None
    assert kept.broadest("surveys") is None


def test_every_no_is_listed_to_be_carried_over() -> None:
    state = fold(said(("ada", "no", ""), ("ada", "yes", "phone"), ("ada", "no", "email")))
    assert state.denied(["offers", "surveys"]) == ["offers", "offers/email"]
    assert state.denied(["surveys"]) == []
    assert UNPROVEN_CHOICES.denied(["b", "a"]) == ["a", "b"]


# What was said -> whose yes to e-mail would count at once now.
HANDS: Final[dict[str, tuple[Sequence[Says], str]]] = {
    "nothing": ((), "ada ann ben shop"),
    "their own no to e-mail": ([("ada", "no", "email")], "ada"),
    "their own no to the whole": ([("ada", "no", "")], "ada"),
    "their own no to the phone": ([("ada", "no", "phone")], "ada ann ben shop"),
    "their own no to the whole, and yes to e-mail since": (
        [("ada", "no", ""), ("ada", "yes", "email")],
        "ada ann ben shop",
    ),
    "their own no to e-mail, and a yes to the whole since": (
        [("ada", "no", "email"), ("ada", "yes", "")],
        "ada",
    ),
    "a yes of Ann to e-mail waits: Ben confirms it": (
        [("ada", "no", ""), ("ann", "waits", "email")],
        "ada ben",
    ),
    "one of Ann to the whole waits, and one of the shop to e-mail": (
        [("ada", "no", ""), ("ann", "waits", ""), ("shop", "waits", "email")],
        "ada ben",
    ),
    "a no to the whole ends what waits about e-mail": (
        [("ada", "no", ""), ("ann", "waits", "email"), ("shop", "no", "")],
        "ada",
    ),
    "a no to the phone ends nothing about e-mail": (
        [("ada", "no", ""), ("ann", "waits", "email"), ("shop", "no", "phone")],
        "ada ben",
    ),
}


@pytest.mark.parametrize(("words", "at_once"), HANDS.values(), ids=HANDS)
def test_whose_yes_to_a_way_counts_at_once(words: Sequence[Says], at_once: str) -> None:
    state = fold(said(*words))
    waits = {n for n, by in WHO.items() if needs_confirmation(state, "offers", YES, by, "email")}
    assert set(WHO) - waits == set(at_once.split())
    assert not any(needs_confirmation(state, "offers", NO, by, "email") for by in WHO.values())
    assert not can_confirm(state, "offers", WHO["shop"], "email")


# What was recorded -> who alone stands behind the yes to e-mail, and whether it took a no back.
ALONE: Final[dict[str, tuple[Sequence[Says], str, bool]]] = {
    "a yes to the whole covers the way": ([("ann", "yes", "")], "ann", False),
    "one to the way alone": ([("ann", "yes", "email")], "ann", False),
    "two hands, one of them for the whole": (
        [("ann", "yes", ""), ("ben", "yes", "email")],
        "",
        False,
    ),
    "a yes to the whole stands not behind a way once refused": (
        [("ben", "no", "email"), ("shop", "yes", ""), ("ann", "yes", "email")],
        "ann",
        True,
    ),
    "a no to the whole ends what stood behind the way": (
        [("ben", "yes", "email"), ("shop", "no", ""), ("ann", "yes", "email")],
        "ann",
        True,
    ),
    "a way taken from a refused whole": (
        [("shop", "no", ""), ("ann", "yes", "email")],
        "ann",
        True,
    ),
}


@pytest.mark.parametrize(("words", "alone", "took_back"), ALONE.values(), ids=ALONE)
def test_who_alone_stands_behind_a_yes_to_a_way(
    words: Sequence[Says], alone: str, took_back: bool
) -> None:
    state = fold(said(*words))
    assert state.answer("offers", "email") is YES
    only = [n for n, by in WHO.items() if state.is_recorded_only_by("offers", by, "email")]
    assert only == ([alone] if alone else [])
    assert state.took_no_back("offers", "email") is took_back


spoken = st.lists(
    st.tuples(st.sampled_from(list(WHO)), st.sampled_from(["yes", "no"]), st.sampled_from(WAYS)),
    max_size=12,
)


def reading(words: Sequence[Says], way: str) -> ChoiceAnswer | None:
    """Return what holds for a way, read from the words by the rules and not by a fold."""
    own = [(n, word) for n, (_, word, about) in enumerate(words) if about == way]
    whole = [(n, word) for n, (_, word, about) in enumerate(words) if not about]
    of_whole = ChoiceAnswer(whole[-1][1]) if whole else None
    if not way or not own:
        return of_whole
    at, word = own[-1]
    if word == "no":
        return NO
    covered = any(n > at and other == "no" for n, other in whole)
    return of_whole if covered else YES


@given(spoken)
def test_what_holds_is_what_the_rules_say_in_any_order_of_words(words: list[Says]) -> None:
    state = fold(said(*words))
    for way in WAYS:
        assert state.answer("offers", way) is reading(words, way)
        if state.answer("offers", way) is YES:
            assert state.recorders("offers", way), "somebody recorded it"


@given(spoken, st.sampled_from(list(WHO)))
def test_a_no_to_the_whole_leaves_nothing_and_a_no_to_a_way_only_that(
    words: list[Says], who: str
) -> None:
    before = fold(said(*words))
    over = fold(said(*words, (who, "no", "")))
    assert {over.answer("offers", way) for way in WAYS} == {NO}
    less = fold(said(*words, (who, "no", "email")))
    assert less.answer("offers", "email") is NO
    for way in ("", "phone"):
        assert less.answer("offers", way) is before.answer("offers", way)


@given(spoken)
def test_no_yes_to_the_whole_ever_allows_a_way_that_was_refused_by_itself(
    words: list[Says],
) -> None:
    refused = fold(said(*words, ("ada", "no", "email"), ("ada", "yes", "")))
    assert refused.answer("offers", "email") is NO
    assert refused.answer("offers") is YES


@given(spoken, spoken)
def test_of_two_records_merged_the_stricter_answer_holds_for_the_whole_and_each_way(
    one: list[Says], other: list[Says]
) -> None:
    first, second = said(*one), said(*other, first=100)
    merged = fold_merged({1: first, 2: second}, START + timedelta(days=1))
    for way in WAYS:
        both = {fold(first).answer("offers", way), fold(second).answer("offers", way)}
        expected = NO if NO in both else YES if YES in both else None
        assert merged.answer("offers", way) is expected, way
        if fold(first).is_refused("offers", way) and merged.answer("offers", way) is NO:
            assert merged.is_refused("offers", way)
