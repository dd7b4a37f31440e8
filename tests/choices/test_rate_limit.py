"""Staff and programs record choices of one person at the pace of people: each is kept for good, and
every use of the person's data reads all of them. A no that takes a yes back is never refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor
from aboveboard.basics.errors import RateLimited
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.limits import RECORDED_AN_HOUR
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
BEGUN = clock.now() - timedelta(hours=3)
YES, NO = ChoiceAnswer.YES, ChoiceAnswer.NO


def say(
    person: int,
    answer: ChoiceAnswer,
    number: int,
    *,
    by: Actor = ADVISER,
    purpose: str = "personal-offers",
    at: datetime = BEGUN,
) -> None:
    choose(person, purpose, answer, channel="phone", evidence=f"call:{number}", by=by, at=at)


@pytest.fixture
def recorded() -> int:
    """Somebody of whom as many were recorded as may be, each by a call of its own."""
    ((person, _),) = load(1)
    for number in range(RECORDED_AN_HOUR):
        say(person, YES, number, at=BEGUN + timedelta(seconds=number))
    return person


def test_one_more_is_refused_until_there_is_room(recorded: int) -> None:
    soon = BEGUN + timedelta(minutes=10)
    with pytest.raises(RateLimited) as refused:
        say(recorded, YES, 99, at=soon)
    assert refused.value.details["seconds"] == 50 * 60
    with pytest.raises(RateLimited):
        say(recorded, YES, 99, purpose="improve-shops", at=soon)
    assert Choice.objects.count() == RECORDED_AN_HOUR
    say(recorded, YES, 99, at=BEGUN + timedelta(hours=1))


def test_another_customer_is_not_kept_waiting(recorded: int) -> None:
    (_, (other, _)) = load(2)
    say(other, YES, 1, at=BEGUN + timedelta(minutes=10))


def test_a_no_that_takes_a_yes_back_is_never_refused_and_more_of_them_are(recorded: int) -> None:
    soon = BEGUN + timedelta(minutes=10)
    say(recorded, NO, 99, at=soon)
    assert queries.consent_state(recorded).answer("personal-offers") is NO
    with pytest.raises(RateLimited):
        say(recorded, NO, 100, at=soon)


def test_the_persons_own_hand_is_not_held_back_by_what_others_recorded(recorded: int) -> None:
    say(recorded, YES, 99, by=CUSTOMER, at=BEGUN + timedelta(minutes=10))


def test_what_was_said_already_is_no_further_choice(recorded: int) -> None:
    say(recorded, YES, RECORDED_AN_HOUR - 1, at=BEGUN + timedelta(minutes=10))
    assert Choice.objects.count() == RECORDED_AN_HOUR
