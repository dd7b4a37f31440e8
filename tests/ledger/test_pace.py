"""An entry is in the tree within a second of being durable, whatever else the worker does."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.commands import limits
from aboveboard.commands.instance import worker
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_entries_are_in_the_tree_within_a_second_while_a_job_computes() -> None:
    stop = threading.Event()
    loops = {loop.name: loop for loop in worker.make_loops("w", stop)}
    # A job that never rests and never lets go of the interpreter by itself.
    jobs = worker.Loop("jobs", lambda: sum(range(1_000_000)) > 0, stop)
    threads = [threading.Thread(target=loop.forever) for loop in (loops["sequencing"], jobs)]
    took = []
    for thread in threads:
        thread.start()
    try:
        for _ in range(8):
            with transaction.atomic():
                (entry_id,) = actions.append_many(
                    [NewEntry("use.granted", SYSTEM, now(), "a" * 32, {})]
                )
            durable = time.monotonic()
            while (
                (head := queries.checkpoint()) is None
                or (place := queries.entry(entry_id).leaf_index) is None
                or place >= head.size
            ):
                assert time.monotonic() - durable < 20
                time.sleep(0.005)
            took.append(time.monotonic() - durable)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # The machine that runs the tests may be busy: one late entry of eight says nothing.
    # `make bench` measures it.
    assert sorted(took)[-2] <= limits.SEQUENCE_EVERY.total_seconds(), took
