"""Someone is erased while others look them up, correct them and write their choices down.

Promised: a look that began after the erasure was durable gets nothing; one that had begun
before may still end, with its entry; nothing of the person comes back; nobody waits for ever,
nobody meets a fault of ours.
"""

from __future__ import annotations

import threading
import time

import pytest

from aboveboard.access.actions import use
from aboveboard.access.reasons import ReasonCode
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault
from aboveboard.vault.origin import ValueOrigin
from tests import world
from tests.concurrency.crew import at_once
from tests.crash import whole

pytestmark = pytest.mark.django_db(transaction=True)
ASK = UseRequest(world.ADVISER, "answer-contact", ("first_name", "email"), "phone")
ROUNDS = 12


def test_who_begins_to_look_after_the_erasure_gets_nothing_and_every_look_has_its_entry() -> None:
    people = [person_id for person_id, _ in world.load(ROUNDS + 3)]
    for person_id in people[:ROUNDS]:
        gone = threading.Event()

        def erase(person_id: int = person_id, gone: threading.Event = gone) -> None:
            time.sleep(0.004)
            vault.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())
            gone.set()

        def read(
            person_id: int = person_id, gone: threading.Event = gone
        ) -> list[tuple[bool, UseResult]]:
            seen = []
            while not (seen and seen[-1][0]):
                seen.append(
                    (gone.is_set(), use(ASK.for_subject(Subject(person_id)), at=clock.now()))
                )
            return seen

        erased, *used = at_once([erase, read, read])
        assert erased is None
        for uses in used:
            assert isinstance(uses, list), uses
            for after, outcome in uses:
                assert Entry.objects.filter(id=outcome.entry_id).exists()
                if not outcome.allowed:
                    assert {reason.code for reason in outcome.reasons} == {
                        ReasonCode.PERSON_UNKNOWN
                    }
                assert not outcome.allowed or not after, (
                    "a look that began after the erasure opened the record"
                )
    assert len(whole.people()) == 3


def test_a_correction_or_a_choice_beside_an_erasure_brings_nothing_back() -> None:
    people = [person_id for person_id, _ in world.load(ROUNDS + 3)]
    kinds = {key: field.kind_and_format for key, field in world.adopt().promise.fields.items()}
    for person_id in people[:ROUNDS]:
        outcomes = at_once(
            [
                lambda person_id=person_id: vault.erase(
                    person_id, reason="asked", by=SYSTEM, at=clock.now()
                ),
                lambda person_id=person_id: _correct(person_id, kinds),
                lambda person_id=person_id: choose(
                    person_id,
                    "personal-offers",
                    ChoiceAnswer.YES,
                    channel="phone",
                    evidence="call:1",
                    by=world.ADVISER,
                    at=clock.now(),
                ),
            ]
        )
        assert isinstance(outcomes[0], int), "the number of the entry"
        unexpected = [
            outcome
            for outcome in outcomes
            if isinstance(outcome, Exception) and not isinstance(outcome, NotFound)
        ]
        assert not unexpected
    assert whole.people() == frozenset(people[ROUNDS:])
    assert not Choice.objects.filter(person_id__in=people[:ROUNDS]).exists(), (
        "a choice outlived the erasure"
    )


def _correct(person_id: int, kinds: dict[str, str]) -> None:
    origin = ValueOrigin(1, clock.now(), "phone", "answer-contact")
    vault.correct(
        person_id,
        "email",
        "new@example.org",
        kinds=kinds,
        origin=origin,
        by=world.ADVISER,
        at=clock.now(),
    )
