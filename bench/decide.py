"""The decision alone: may this be done? Beside a program that asks a dictionary each question, with
no reasons and no law."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aboveboard.access.decision.decide import decide, decide_person, general_refusals
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment, PersonFacts
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.choices.state import ChoiceAnswer, ChoiceEvent, fold
from aboveboard.promise.loading import SAMPLE, load
from bench.row import Row

ROUNDS = 100_000
_NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)


def run() -> list[Row]:
    """Measure one decision from the start, and one of a batch in which the request
    was judged once for all."""
    promise = load(SAMPLE.read_text("utf-8"), name=SAMPLE.name)
    requests = [
        UseRequest(
            _client("shop-system"),
            "deliver-orders",
            ("first_name", "last_name", "address_line1", "city"),
            "api",
        ),
        UseRequest(_client("offers-service"), "personal-offers", ("first_name", "email"), "email"),
        UseRequest(_client("shop-planning"), "improve-shops", ("postal_code",), "office"),
    ]
    consent = fold([ChoiceEvent(_NOW - timedelta(days=30), 1, "personal-offers", ChoiceAnswer.YES)])
    moment = DecisionMoment(_NOW)
    facts = DecisionFacts(
        PersonFacts(True, consent, _NOW - timedelta(days=90), _NOW - timedelta(days=9)), moment
    )
    judged = [(request, general_refusals(promise, request, moment)) for request in requests]
    tables = {
        key: (frozenset(purpose.roles), frozenset(purpose.channels), frozenset(purpose.fields))
        for key, purpose in promise.purposes.items()
    }

    def whole(turn: int) -> bool:
        return decide(promise, requests[turn % 3], facts).allowed

    def one_of_many(turn: int) -> bool:
        request, already = judged[turn % 3]
        return decide_person(promise, request, facts, already).allowed

    def floor(turn: int) -> bool:
        request = requests[turn % 3]
        roles, channels, fields = tables[request.purpose]
        return (
            request.actor.role in roles
            and request.channel in channels
            and fields.issuperset(request.fields)
        )

    bare = _speed(floor)
    return [
        Row(
            "decide",
            _speed(whole),
            "decisions/s",
            bare,
            "one core, granted; floor: dictionary look-ups only",
        ),
        Row(
            "decide, in a batch",
            _speed(one_of_many),
            "decisions/s",
            bare,
            "one core, granted; the request judged once for the batch",
        ),
    ]


def _client(role: str) -> Actor:
    return Actor(ActorKind.SERVICE, "1", role, "Bench")


def _speed(question: Callable[[int], bool]) -> float:
    """Return the best of five: the machine is shared, and being held up
    says nothing of the code."""
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        for turn in range(ROUNDS):
            if not question(turn):
                raise RuntimeError("a decision that must be yes was no")
        best = max(best, ROUNDS / (time.perf_counter() - start))
    return best
