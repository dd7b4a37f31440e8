"""Merges at once with merges, erasures and uses: one order of events explains every outcome, and
nobody waits for ever."""

from __future__ import annotations

import pytest
from django.db import transaction

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.identity import actions
from aboveboard.identity.matching import MergeRecord
from aboveboard.identity.models import MergedPerson
from aboveboard.keys.models import PersonKey
from aboveboard.keys.queries import person_handles
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from aboveboard.vault import aliases, locking
from aboveboard.vault.models import Person
from aboveboard.vault.queries import held_fields
from tests import world
from tests.concurrency.crew import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ASK = UseRequest(world.ADVISER, "answer-contact", ("first_name", "email"), "phone")
ROUNDS = 8


def merge(kept: int, merged: int) -> MergeRecord:
    return actions.merge(kept, merged, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())


def erase(person: int) -> None:
    vault.erase(person, reason="asked", by=SYSTEM, at=clock.now())


def test_two_merges_of_the_same_two_leave_one_person() -> None:
    people = [person for person, _ in world.load(ROUNDS * 2)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        outcomes = at_once(
            [
                lambda one=one, other=other: merge(one, other),
                lambda one=one, other=other: merge(other, one),
            ]
        )
        assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Exception)) == [
            actions.MergedElsewhere
        ]
        assert aliases.current_number(one) == aliases.current_number(other)
        assert len(person_handles(aliases.current_number(one)).secrets) == 2
    assert Person.objects.count() == ROUNDS


def test_merges_in_a_chain_leave_no_number_that_leads_nowhere() -> None:
    people = [person for person, _ in world.load(ROUNDS * 3)]
    for first, second, third in zip(people[::3], people[1::3], people[2::3], strict=True):
        works = [(first, second), (second, third), (third, first)]
        outcomes = at_once([lambda pair=pair: merge(*pair) for pair in works])
        assert {type(outcome) for outcome in outcomes} <= {MergeRecord, actions.MergedElsewhere}
        assert any(isinstance(outcome, MergeRecord) for outcome in outcomes)
        for person in (first, second, third):
            assert held_fields(aliases.current_number(person)), (
                "a number leads to a person who is there"
            )


def test_a_merge_beside_an_erasure_leaves_both_erased_or_the_merge_refused() -> None:
    people = [person for person, _ in world.load(ROUNDS * 2)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        merged, erased = at_once(
            [lambda one=one, other=other: merge(one, other), lambda other=other: erase(other)]
        )
        assert erased is None
        assert not PersonKey.objects.filter(person_id=other).exists()
        assert Person.objects.filter(id=one).exists() is isinstance(merged, NotFound), merged
    assert not MergedPerson.objects.exists()


def test_uses_and_choices_beside_merges_and_splits_find_one_of_the_two_states() -> None:
    people = [person for person, _ in world.load(ROUNDS * 2)]
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}

    def there_and_back(one: int, other: int) -> None:
        for _ in range(3):
            row = merge(one, other)
            actions.split(row.id, kinds=kinds, reference="case/2", by=SYSTEM, at=clock.now())

    def read(person: int) -> list[UseResult]:
        return [use(ASK.for_subject(Subject(person)), at=clock.now()) for _ in range(8)]

    def say(person: int) -> None:
        choose(
            person,
            "personal-offers",
            ChoiceAnswer.YES,
            channel="phone",
            evidence="call:1",
            by=world.ADVISER,
            at=clock.now(),
        )

    for one, other in zip(people[::2], people[1::2], strict=True):
        outcomes = at_once(
            [
                lambda one=one, other=other: there_and_back(one, other),
                lambda other=other: read(other),
                lambda other=other: say(other),
            ]
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        used = outcomes[1]
        assert isinstance(used, list)
        assert all(outcome.allowed and outcome.values["first_name"] for outcome in used)
    assert Person.objects.count() == ROUNDS * 2
    assert Choice.objects.count() == ROUNDS


def test_a_person_split_while_they_are_waited_for_is_locked_alone(
    monkeypatch: pytest.MonkeyPatch, on_postgres: bool
) -> None:
    if not on_postgres:
        return  # a transaction that writes is alone on SQLite: nobody splits meanwhile
    kept, merged = (person for person, _ in world.load(2))
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    merge_id = merge(kept, merged).id
    lock_people = locking.lock_people

    def split_first(person_ids: list[int]) -> frozenset[int]:
        if person_ids == [kept]:
            monkeypatch.undo()
            (done,) = at_once(
                [
                    lambda: actions.split(
                        merge_id, kinds=kinds, reference="case/3", by=SYSTEM, at=clock.now()
                    )
                ]
            )
            assert isinstance(done, MergeRecord), done
        return lock_people(person_ids)

    def other_is_free() -> bool:
        with transaction.atomic():
            return Person.objects.select_for_update(nowait=True).filter(id=kept).exists()

    monkeypatch.setattr(locking, "lock_people", split_first)
    with transaction.atomic():
        assert locking.lock_person(merged) == merged
        # Whoever wants both takes them in order: one who holds the other could wait for ever.
        assert at_once([other_is_free]) == [True]
