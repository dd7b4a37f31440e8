"""What is held of a person's choices: all of it is in their copy, and goes with them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.personal_data import PERSONAL_DATA
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
NOW = clock.now()
(DATA,) = PERSONAL_DATA


def say(person: int, answer: ChoiceAnswer, evidence: str, by: Actor, days: int = 0) -> ChoiceRecord:
    return choose(
        person,
        "personal-offers",
        answer,
        channel="phone",
        evidence=evidence,
        by=by,
        at=NOW - timedelta(days=days),
    )


def test_each_choice_is_in_the_copy_oldest_first_and_of_nobody_else() -> None:
    (ada, _), (ben, _) = load(2)
    no = say(ada, ChoiceAnswer.NO, "call:1", CUSTOMER, days=2)
    waits = say(ada, ChoiceAnswer.YES, "call:2", ADVISER, days=1)
    say(ben, ChoiceAnswer.YES, "call:3", CUSTOMER)
    assert callable(DATA.export)
    exported = list(DATA.export([ada]))
    assert exported == [
        {
            "person": ada,
            "purpose": "personal-offers",
            "contact": "",
            "answer": made.answer,
            "channel": "phone",
            "evidence": evidence,
            "at": clock.to_text(made.at),
            "waits": made is waits,
            "promise": in_force().serial,
            "recorded_by": {"role": by.role, "team": by.team},
            "entry": made.entry_id,
        }
        for made, evidence, by in ((no, "call:1", CUSTOMER), (waits, "call:2", ADVISER))
    ]
    assert json.loads(json.dumps(exported)) == exported


def test_choices_go_with_the_person_and_nobody_elses_do() -> None:
    (ada, _), (ben, _) = load(2)
    say(ada, ChoiceAnswer.YES, "call:1", CUSTOMER)
    kept = say(ben, ChoiceAnswer.YES, "call:1", CUSTOMER)
    vault.erase(ada, reason="asked", by=SYSTEM, at=NOW)
    assert [row.pk for row in Choice.objects.all()] == [kept.id]
