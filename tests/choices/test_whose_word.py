"""Whose word a yes is: when it must wait, who confirms it, and who recorded it. Pure.

Ada is the customer; Ann and Ben are advisers; the shop and the mailer are programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind, Role
from aboveboard.choices.state import (
    NO_CHOICES,
    OWN_HAND,
    UNPROVEN_CHOICES,
    ChoiceAnswer,
    ChoiceEvent,
    can_confirm,
    fold,
    fold_merged,
    needs_confirmation,
    recorder_id,
)

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
WHO: Final = {
    "ada": CUSTOMER,
    "ann": Actor(ActorKind.STAFF, "1", Role.ADVISER, "Leeds"),
    "ben": Actor(ActorKind.STAFF, "2", Role.ADVISER, "Leeds"),
    "shop": Actor(ActorKind.SERVICE, "1", "web-shop", "Sales"),
    "mailer": Actor(ActorKind.SERVICE, "2", "mailer", "Sales"),
}

Says = tuple[str, str]


def said(*words: Says, purpose: str = "offers") -> list[ChoiceEvent]:
    """Return the events of these words: "yes", "no", or "waits" for a yes that waits."""
    return [
        ChoiceEvent(
            START + timedelta(minutes=number),
            number,
            purpose,
            ChoiceAnswer.NO if word == "no" else ChoiceAnswer.YES,
            recorder_id(WHO[who]),
            word == "waits",
        )
        for number, (who, word) in enumerate(words, 1)
    ]


# What was said -> whose yes would count at once now. A no always does.
WORDS: Final[dict[str, tuple[Sequence[Says], str]]] = {
    "nothing was ever said": ((), "ada ann ben shop mailer"),
    "their own yes": ([("ada", "yes")], "ada ann ben shop mailer"),
    "their own no": ([("ada", "no")], "ada"),
    "their own no, after a yes that others recorded": ([("ann", "yes"), ("ada", "no")], "ada"),
    "a no that others recorded is no word of their hand": (
        [("ada", "yes"), ("ann", "no")],
        "ada ann ben shop mailer",
    ),
    "their own no, and others' after it": ([("ada", "no"), ("ann", "no")], "ada"),
    "their own no, and their own yes since": (
        [("ada", "no"), ("ada", "yes")],
        "ada ann ben shop mailer",
    ),
    "a yes waits that Ann recorded: Ben confirms it": (
        [("ada", "no"), ("ann", "waits")],
        "ada ben",
    ),
    "one waits that the shop recorded: staff confirm it, no program does": (
        [("ada", "no"), ("shop", "waits")],
        "ada ann ben",
    ),
    "both advisers recorded one that waits": (
        [("ada", "no"), ("ann", "waits"), ("ben", "waits")],
        "ada",
    ),
    "Ann cannot confirm her own through another's in between": (
        [("ada", "no"), ("ann", "waits"), ("shop", "waits")],
        "ada ben",
    ),
    "a no in between takes back what waits": (
        [("ada", "no"), ("ann", "waits"), ("shop", "no")],
        "ada",
    ),
    "confirmed, it is their word again": (
        [("ada", "no"), ("ann", "waits"), ("ben", "yes")],
        "ada ann ben shop mailer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "at_once"), WORDS.values(), ids=WORDS)
def test_whose_yes_counts_at_once(words: Sequence[Says], at_once: str) -> None:
    state = fold(said(*words))
    waits = {
        who
        for who, actor in WHO.items()
        if needs_confirmation(state, "offers", ChoiceAnswer.YES, actor)
    }
    assert set(WHO) - waits == set(at_once.split())
    assert not any(
        needs_confirmation(state, "offers", ChoiceAnswer.NO, actor) for actor in WHO.values()
    )


@pytest.mark.parametrize(("words", "at_once"), WORDS.values(), ids=WORDS)
def test_who_can_confirm_is_the_staff_whose_yes_would_count_where_one_waits(
    words: Sequence[Says], at_once: str
) -> None:
    state = fold(said(*words))
    expected = {"ann", "ben"} & set(at_once.split()) if state.waiting else set()
    assert {who for who, actor in WHO.items() if can_confirm(state, "offers", actor)} == expected


def test_a_recorder_is_the_account_or_the_client_and_nothing_else_about_it() -> None:
    names = {recorder_id(actor) for actor in (*WHO.values(), SYSTEM)}
    assert len(names) == 6, "an account and a client of one number are two"
    assert recorder_id(CUSTOMER) == OWN_HAND
    moved = Actor(ActorKind.STAFF, "1", Role.PRIVACY_LEAD, "York")
    assert recorder_id(moved) == recorder_id(WHO["ann"]), "another role or team is the same account"


def test_who_alone_recorded_a_yes_is_alone_and_with_another_is_not() -> None:
    one = fold(said(("ann", "yes")))
    assert [one.is_recorded_only_by("offers", WHO[who]) for who in ("ann", "ben", "ada")] == [
        True,
        False,
        False,
    ]
    assert not one.is_recorded_only_by("surveys", WHO["ann"])
    two = fold(said(("ann", "yes"), ("shop", "yes")))
    assert not any(two.is_recorded_only_by("offers", actor) for actor in WHO.values())
    again = fold(said(("shop", "yes"), ("ada", "no"), ("ann", "yes")))
    assert again.is_recorded_only_by("offers", WHO["ann"]), "a no ends what was recorded before it"


def test_what_was_changed_past_the_program_is_a_no_to_everything() -> None:
    assert NO_CHOICES.answer("offers") is None
    assert UNPROVEN_CHOICES.answer("offers") is ChoiceAnswer.NO
    assert UNPROVEN_CHOICES.since("offers") is None


# -- the fold, beside an independent reading of the same words -------------------------------------

words = st.lists(
    st.tuples(st.sampled_from(list(WHO)), st.sampled_from(["yes", "no", "waits"])), max_size=12
)


@given(words)
def test_the_state_is_read_from_the_last_no_on(history: list[Says]) -> None:
    state = fold(said(*history))
    counted = [index for index, (_, word) in enumerate(history) if word != "waits"]
    if not counted:
        assert (state.answer("offers"), state.yes_recorded_by) == (None, {})
    else:
        last = counted[-1]
        agreed = history[last][1] == "yes"
        refusals = [index for index, (_, word) in enumerate(history) if word == "no"]
        since = refusals[-1] + 1 if refusals else 0
        assert state.answer("offers") is (ChoiceAnswer.YES if agreed else ChoiceAnswer.NO)
        assert state.since("offers") == START + timedelta(minutes=last + 1)
        assert (state.after_no == {"offers"}) is (agreed and bool(refusals))
        recorders = {recorder_id(WHO[who]) for who, _ in history[since:]}
        assert state.yes_recorded_by == ({"offers": recorders} if agreed else {})
    trailing = history[counted[-1] + 1 :] if counted else history
    newest = {"offers": len(history)} if trailing else {}
    assert {purpose: event.id for purpose, event in state.waiting.items()} == newest


@given(words, words, st.integers(0, 13))
def test_merged_records_wait_and_answer_as_the_stricter_of_both_before_and_together_since(
    one: list[Says], other: list[Says], minutes: int
) -> None:
    """What both said since the merge is one history; of what each said before, a no wins."""
    since = START + timedelta(minutes=minutes)
    events = (
        said(*one),
        [
            ChoiceEvent(
                event.at, event.id + 100, event.purpose, event.answer, event.by, event.waits
            )
            for event in said(*other)
        ],
    )
    merged = fold_merged({1: events[0], 2: events[1]}, since)
    after = [event for each in events for event in each if event.at >= since and not event.waits]
    if after:
        assert merged.answer("offers") is max(after).answer
    else:
        before = [fold(event for event in each if event.at < since) for each in events]
        answers = {state.answer("offers") for state in before} - {None}
        assert merged.answer("offers") is min(answers, key="no yes".index, default=None)
        for state in before:
            assert (
                not state.after_no or merged.answer("offers") is ChoiceAnswer.NO or merged.after_no
            )


@given(words, words)
def test_after_a_merge_it_matters_not_which_record_is_read_first(
    one: list[Says], other: list[Says]
) -> None:
    since = START + timedelta(minutes=5)
    moved = [
        ChoiceEvent(event.at, event.id + 100, event.purpose, event.answer, event.by, event.waits)
        for event in said(*other)
    ]
    read = [
        fold_merged(sources, since)
        for sources in ({1: said(*one), 2: moved}, {2: moved, 1: said(*one)})
    ]
    assert read[0] == read[1]
