"""Somebody withdraws on one channel while others use their data on every other.

Promised: whatever began after the no was durable is refused: a single use, one in a batch, a
decision that opens nothing, a file; each has its entry. Counted, and not timed: no process keeps
anything of what was allowed before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from aboveboard.access.actions import use, use_each, use_many
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from tests import world
from tests.concurrency.crew import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MAILER = Actor(ActorKind.SERVICE, "1", "offers-service", "Marketing")
ASK = UseRequest(MAILER, "personal-offers", ("email",), "email")
ROUNDS = 6


def allowed(result: object) -> bool:
    return isinstance(result, UseResult) and result.allowed


def test_what_began_after_a_no_is_refused_on_every_way() -> None:
    for person_id, row in world.load(ROUNDS):
        say(person_id, ChoiceAnswer.YES)
        gone = threading.Event()

        def withdraw(person_id: int = person_id, gone: threading.Event = gone) -> None:
            time.sleep(0.01)
            say(person_id, ChoiceAnswer.NO)
            gone.set()

        named = ASK.for_subject(Subject(kind="email", value=row["email"]))
        number = ASK.for_subject(Subject(person_id))
        ways: list[Callable[[], object]] = [
            lambda number=number: use(number, at=clock.now()),
            lambda named=named: use_each([named] * 3, at=clock.now())[1],
            lambda named=named: use_each([replace(named, opens=False)], at=clock.now())[0],
            lambda person_id=person_id: next(use_many(ASK, [person_id], at=clock.now()))[1],
        ]
        withdrawn, *asked = at_once([withdraw, *(asker(way, gone) for way in ways)])
        assert withdrawn is None
        for seen in asked:
            assert isinstance(seen, list), seen
            for after, result in seen:
                assert not (after and allowed(result)), "used after the no"
                if isinstance(result, UseResult):
                    assert Entry.objects.filter(id=result.entry_id).exists()


def asker(
    way: Callable[[], object], gone: threading.Event
) -> Callable[[], list[tuple[bool, object]]]:
    """Return what asks in one way until it asked once after the no."""

    def ask() -> list[tuple[bool, object]]:
        seen: list[tuple[bool, object]] = []
        while not (seen and seen[-1][0]):
            after = gone.is_set()
            seen.append((after, way()))
        return seen

    return ask


def say(person_id: int, answer: ChoiceAnswer) -> None:
    choose(
        person_id, "personal-offers", answer, channel="portal", evidence="portal:1", by=CUSTOMER,
        at=clock.now(),
    )  # fmt: skip
