"""A no is remembered six months before anybody may ask again. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.choices.asking import NEVER, may_ask_again, remembered_until
from aboveboard.choices.state import NO_CHOICES, UNPROVEN_CHOICES, ChoiceAnswer, ChoiceEvent, fold

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def said(words: str) -> list[ChoiceEvent]:
    """``words``: "100:no 20:yes/email": days ago, what, and about which way of contact."""
    events = []
    for number, word in enumerate(words.split()):
        days, _, rest = word.partition(":")
        answer, _, contact = rest.partition("/")
        at = NOW - timedelta(days=int(days))
        events.append(ChoiceEvent(at, number, "offers", ChoiceAnswer(answer), contact=contact))
    return events


# What was said, days ago -> whether one may ask about the whole, and about e-mail.
ASKED: Final[dict[str, tuple[str, bool, bool]]] = {
    "nothing was ever said": ("", True, True),
    "a no yesterday": ("1:no", False, False),
    "a no seven months ago": ("215:no", True, True),
    "a no said again lately counts from then": ("215:no 9:no", False, False),
    "a yes since": ("9:no 3:yes", True, True),
    "a no to e-mail leaves the whole": ("9:no/email", True, False),
    "a yes to the whole since takes that back no more than it did": (
        "9:no/email 3:yes", True, False,
    ),
    "a no to the whole after an old one to e-mail": ("215:no/email 9:no", False, False),
    "an old no to the whole after a recent one to e-mail": ("215:no 9:no/email", True, False),
    "a no to the whole, and a yes to e-mail since": ("9:no 3:yes/email", False, True),
    "a no to the phone is none to e-mail": ("9:no/phone", True, True),
}  # fmt: skip


@pytest.mark.parametrize(("words", "whole", "email"), ASKED.values(), ids=ASKED)
def test_who_may_be_asked(words: str, whole: bool, email: bool) -> None:
    state = fold(said(words))
    assert may_ask_again(state, "offers", NOW) is whole
    assert may_ask_again(state, "offers", NOW, "email") is email


def test_six_months_are_those_of_the_calendar_to_the_moment() -> None:
    state = fold([ChoiceEvent(datetime(2026, 8, 31, 9, tzinfo=UTC), 1, "p", ChoiceAnswer.NO)])
    end = datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert remembered_until(state, "p") == end
    assert not may_ask_again(state, "p", end - timedelta(seconds=1))
    assert may_ask_again(state, "p", end)


def test_where_a_no_cannot_be_believed_nobody_asks() -> None:
    assert remembered_until(UNPROVEN_CHOICES, "offers", "email") == NEVER
    assert not may_ask_again(UNPROVEN_CHOICES, "offers", NOW)
    assert remembered_until(NO_CHOICES, "offers") is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400), st.sampled_from(["yes", "no"]), st.sampled_from(["", "/email"])
        ),
        max_size=8,
    ),
    st.sampled_from(["", "email"]),
)
def test_nobody_is_asked_who_said_no_to_just_this_lately_and_nothing_since(
    words: list[tuple[int, str, str]], contact: str
) -> None:
    way = f"/{contact}" if contact else ""
    state = fold(said(" ".join(f"{d + 1}:{a}{w}" for d, a, w in words) + f" 0:no{way}"))
    assert not may_ask_again(state, "offers", NOW + timedelta(days=180), contact)
    assert may_ask_again(state, "offers", NOW + timedelta(days=184), contact)
