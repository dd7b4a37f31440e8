"""The worker puts an entry into the tree within a second of being durable, whatever else it does.

How long a turn takes is measured by ``make bench`` (``bench/ledger/latency.py``).
"""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.commands import limits
from aboveboard.commands.instance import worker
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry

pytestmark = pytest.mark.django_db(transaction=True)


def append() -> int:
    with transaction.atomic():
        (entry_id,) = actions.append_many([NewEntry("use.granted", SYSTEM, now(), "a" * 32, {})])
    return entry_id


def in_tree(entry_id: int) -> bool:
    head, place = queries.checkpoint(), queries.entry(entry_id).leaf_index
    return head is not None and place is not None and place < head.size


class FakeEvent(threading.Event):
    """A worker's stop signal whose waits take no time: each appends an entry, and the loop must
    have dealt with it by the next."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.waits: list[float] = []
        self.appended: list[int] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert all(map(in_tree, self.appended)), "a turn left an entry behind"
        self.waits.append(timeout)
        self.appended.append(append())
        if len(self.waits) == self.rounds:
            self.set()
        return self.is_set()


def test_every_turn_takes_in_all_that_waits_and_the_next_comes_in_time() -> None:
    stop = FakeEvent(rounds=6)
    [sequencing] = [loop for loop in worker.make_loops("w", stop) if loop.name == "sequencing"]
    first = append()
    sequencing.run_forever()
    assert in_tree(first)
    assert len(stop.waits) == 6
    # Most of the second is left for the turn itself.
    assert max(stop.waits) <= limits.SEQUENCE_EVERY.total_seconds() / 4


def test_a_job_that_never_ends_holds_up_no_entry() -> None:
    stop, begun, release = threading.Event(), threading.Event(), threading.Event()

    def job() -> bool:
        begun.set()
        release.wait(60)
        return False

    loops = {loop.name: loop for loop in worker.make_loops("w", stop)}
    loops["jobs"].turn = job
    thread = threading.Thread(target=loops["jobs"].run_forever)
    thread.start()
    try:
        assert begun.wait(60)
        entry_id = append()
        assert loops["sequencing"].run_turn() is False
        assert in_tree(entry_id)
    finally:
        stop.set()
        release.set()
        thread.join()
