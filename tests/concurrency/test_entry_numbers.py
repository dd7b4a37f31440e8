"""Uses of the same people at once: no two entries get one number, nobody waits for ever, and every
entry is found by the person it is about."""

from __future__ import annotations

from collections import Counter

import pytest

from aboveboard.access.actions import use, use_many
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.models import PersonKey
from aboveboard.ledger.models import Entry
from aboveboard.vault.rekeying.people import rotate_one
from tests import world
from tests.concurrency.crew import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ASK = UseRequest(world.ADVISER, "answer-contact", ("email",), "phone")
TIMES = 12


def test_uses_of_the_same_people_at_once_have_a_handle_each() -> None:
    people = [person_id for person_id, _ in world.load(6)]

    def batches(order: list[int]) -> None:
        for _ in range(TIMES):
            list(use_many(ASK, order, at=clock.now()))

    def singles() -> None:
        for _ in range(TIMES):
            for person_id in people:
                use(ASK.for_subject(Subject(person_id)), at=clock.now())

    def rotations() -> None:
        for person_id in people:
            rotate_one(person_id, by=SYSTEM, at=clock.now())

    outcomes = at_once([lambda: batches(people), lambda: batches(people[::-1]), singles, rotations])
    for outcome in outcomes:
        assert not isinstance(outcome, BaseException), outcome
    rows = list(Entry.objects.exclude(handle=None).values_list("handle", flat=True))
    assert len(rows) == len(people) * (3 * TIMES + 1)
    assert max(Counter(rows).values()) == 1
    for person_id in people:
        entries = world.entries(person_id)
        assert len(entries) == 3 * TIMES + 1
        assert PersonKey.objects.get(person_id=person_id).entries == len(entries)
        numbers = world.handles(person_id)
        ids = [entry.id for handle in numbers for entry in entries if entry.handle == handle]
        assert ids == sorted(ids), "of two entries the later has the greater number"
