"""The consent state is the last word on each purpose, in whatever order the events are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.choices.state import (
    NO_CHOICES,
    ChoiceAnswer,
    ChoiceEvent,
    ConsentState,
    can_confirm,
    fold,
    fold_merged,
    needs_confirmation,
)

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
events = st.builds(
    ChoiceEvent,
    at=st.integers(0, 50).map(lambda minutes: START + timedelta(minutes=minutes)),
    id=st.integers(1, 10_000),
    purpose=st.sampled_from(["personal-offers", "improve-shops"]),
    answer=st.sampled_from((ChoiceAnswer.YES, ChoiceAnswer.NO)),
)
histories = st.lists(events, max_size=20, unique_by=lambda event: event.id)


def test_nobody_who_never_chose_has_said_yes() -> None:
    assert fold([]).answer("personal-offers") is None
    assert fold([]) == NO_CHOICES


def test_a_yes_taken_back_is_a_no() -> None:
    events = [
        ChoiceEvent(START, 1, "personal-offers", ChoiceAnswer.YES),
        ChoiceEvent(START + timedelta(days=9), 2, "personal-offers", ChoiceAnswer.NO),
    ]
    assert fold(events).answer("personal-offers") is ChoiceAnswer.NO


def test_of_two_in_the_same_moment_the_later_recorded_stands() -> None:
    assert (
        fold(
            [
                ChoiceEvent(START, 2, "p", ChoiceAnswer.NO),
                ChoiceEvent(START, 1, "p", ChoiceAnswer.YES),
            ]
        ).answer("p")
        is ChoiceAnswer.NO
    )


@given(histories, st.randoms(use_true_random=False))
def test_order_of_reading_does_not_matter(history: list[ChoiceEvent], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(history) == fold(shuffled)


@given(histories)
def test_the_last_word_stands(history: list[ChoiceEvent]) -> None:
    consents = fold(history)
    for purpose in {event.purpose for event in history}:
        last = max(event for event in history if event.purpose == purpose)
        assert consents.answer(purpose) is last.answer
        assert consents.since(purpose) == last.at


@given(histories, events)
def test_what_is_said_about_one_purpose_leaves_the_others_alone(
    history: list[ChoiceEvent], extra: ChoiceEvent
) -> None:
    before, after = fold(history), fold([*history, extra])
    for purpose in {event.purpose for event in history} - {extra.purpose}:
        assert before.answer(purpose) == after.answer(purpose)


@given(histories, histories)
def test_of_two_records_merged_the_stricter_word_stands(
    one: list[ChoiceEvent], other: list[ChoiceEvent]
) -> None:
    merged = fold_merged({1: one, 2: other}, START + timedelta(days=1))
    for purpose in ("personal-offers", "improve-shops"):
        words = {fold(one).answer(purpose), fold(other).answer(purpose)} - {None}
        assert merged.answer(purpose) is (
            ChoiceAnswer.NO if ChoiceAnswer.NO in words else ChoiceAnswer.YES if words else None
        )


@given(histories, histories, st.sampled_from((ChoiceAnswer.YES, ChoiceAnswer.NO)))
def test_what_they_say_after_the_merge_is_their_word(
    one: list[ChoiceEvent], other: list[ChoiceEvent], answer: ChoiceAnswer
) -> None:
    since = START + timedelta(days=1)
    events = ChoiceEvent(since + timedelta(minutes=1), 20_000, "personal-offers", answer)
    assert fold_merged({1: [*one, events], 2: other}, since).answer("personal-offers") is answer


@given(histories, st.integers(0, 50))
def test_one_record_alone_is_not_changed_by_a_merge(
    history: list[ChoiceEvent], minutes: int
) -> None:
    assert fold_merged({1: history}, START + timedelta(minutes=minutes)) == fold(history)


DESK = Actor(ActorKind.SERVICE, "3", "shop-system", "Shops")
ADVISER = Actor(ActorKind.STAFF, "7", Role.ADVISER, "Leeds shop")


def said(
    minute: int, answer: ChoiceAnswer, by: str = "person:", *, waits: bool = False
) -> ChoiceEvent:
    return ChoiceEvent(START + timedelta(minutes=minute), minute, "p", answer, by, waits)


@pytest.mark.parametrize("yes_at", [1, 5])
def test_their_own_no_on_either_record_needs_their_hand_after_a_merge(yes_at: int) -> None:
    one, other = [said(3, ChoiceAnswer.NO)], [said(yes_at, ChoiceAnswer.YES, "service:3")]
    merged = fold_merged({1: one, 2: other}, START + timedelta(minutes=9))
    assert merged.answer("p") is ChoiceAnswer.NO
    assert needs_confirmation(merged, "p", ChoiceAnswer.YES, DESK)
    assert needs_confirmation(merged, "p", ChoiceAnswer.YES, ADVISER)


@pytest.mark.parametrize(("no_at", "confirmable"), [(3, True), (7, False)])
def test_a_yes_waits_no_longer_where_either_record_said_no_later(
    no_at: int, confirmable: bool
) -> None:
    one = [said(1, ChoiceAnswer.NO), said(5, ChoiceAnswer.YES, "service:3", waits=True)]
    merged = fold_merged({1: one, 2: [said(no_at, ChoiceAnswer.NO)]}, START + timedelta(minutes=9))
    assert can_confirm(merged, "p", ADVISER) is confirmable
    assert bool(merged.waiting) is confirmable


def test_an_objection_that_was_met_stays_a_no_until_they_say_something_new() -> None:
    def said(*answers: ChoiceAnswer) -> ConsentState:
        return fold(
            ChoiceEvent(START + timedelta(minutes=number), number, "personal-offers", answer)
            for number, answer in enumerate(answers)
        )

    yes, no, met = ChoiceAnswer.YES, ChoiceAnswer.NO, ChoiceAnswer.MET
    for answers, answer, is_met in (
        ((no, met), no, True),
        ((no, met, no), no, False),
        ((no, met, yes), yes, False),
        ((yes, met), yes, False),
        ((met,), None, False),
    ):
        state = said(*answers)
        assert state.answer("personal-offers") is answer
        assert ("personal-offers" in state.met) is is_met
