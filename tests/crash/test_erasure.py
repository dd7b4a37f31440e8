"""Erasures killed fifty times: each person is wholly there or wholly gone, and who is gone has
an entry that says so."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.vault import actions as vault
from aboveboard.vault.queries import iter_person_ids
from tests import world
from tests.crash import whole
from tests.crash.killing import KILLS, kill_until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
PEOPLE = 1_500


def test_erasures_killed_fifty_times_leave_everyone_wholly_there_or_wholly_gone() -> None:
    world.load(PEOPLE)
    assert whole.entries("erasure.done") == 0
    # What a process reads once (the promise, a key) is read before the fork: or each would be
    # killed while it reads that, and nobody would be erased.
    vault.erase(next(iter(iter_person_ids())), reason="asked", by=SYSTEM, at=clock.now())
    left = frozenset(iter_person_ids())

    def erase_on() -> None:
        for person_id in list(iter_person_ids()):
            vault.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())

    def nothing_is_half_done() -> None:
        nonlocal left
        held = whole.people()
        assert held <= left, "somebody came back"
        left = held
        assert whole.entries("erasure.done") == PEOPLE - len(held)

    kill_until(KILLS, erase_on, between=nothing_is_half_done, most=0.04)
    assert 0 < len(left) < PEOPLE, "killed in the middle, not before or after everything"
    whole.opens_all(left)
    sequence_now()
    whole.ledger(signer().verifier)
