"""A job is done after its change, at least once, and never stands still in silence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from aboveboard.basics.clock import now
from aboveboard.basics.errors import Unavailable
from aboveboard.basics.package import Job, Package, gathered
from aboveboard.outbox import actions, jobs, limits, queries
from aboveboard.outbox.reference import Reference
from tests.declared import gather_these

DONE: list[Reference] = []
PACKAGES: list[Package] = []


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    before = gathered()
    DONE.clear()

    def fail(ref: Reference) -> None:
        raise ValueError("zoe@x.example has no street")

    def unavailable(ref: Reference) -> None:
        raise Unavailable(what="The store", fix="Wait.")

    PACKAGES.clear()
    declare("test.note", DONE.append)
    declare("test.break", fail)
    declare("test.down", unavailable)
    yield
    gather_these(before)


def declare(kind: str, run: Callable[[Reference], object]) -> None:
    """Add a package that declares one kind of job."""
    PACKAGES.append(Package(name="test", jobs=(Job(kind, run),)))
    gather_these(PACKAGES)


def enqueue(kind: str, number: int = 1) -> int:
    with transaction.atomic():
        return jobs.enqueue(kind, {"incident": number})


@pytest.mark.django_db
def test_jobs_are_done_in_order_with_their_reference() -> None:
    for number in range(3):
        enqueue("test.note", number)
    assert jobs.run_jobs_once(worker="w") == 3
    assert [ref["incident"] for ref in DONE] == [0, 1, 2]
    assert jobs.run_jobs_once(worker="w") == 0
    assert queries.waiting() == queries.failed() == []


@pytest.mark.django_db
def test_a_limit_is_kept() -> None:
    for _ in range(3):
        enqueue("test.note")
    assert jobs.run_jobs_once(worker="w", limit=2) == 2
    assert len(DONE) == 2
    assert len(queries.waiting()) == 1, "what was done is marked, the rest waits"


@pytest.mark.django_db
def test_a_stop_waits_for_one_job_and_leaves_the_rest() -> None:
    for _ in range(3):
        enqueue("test.note")
    assert jobs.run_jobs_once(worker="w", stop=lambda: bool(DONE)) == 1
    assert len(DONE) == 1
    assert len(queries.waiting()) == 2, "what was done is marked, though no other was claimed"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_done_is_marked_as_the_next_is_claimed_and_not_before_it_is_done() -> None:
    marked: list[int] = []
    declare("test.note", lambda ref: marked.append(3 - len(queries.waiting())))
    for _ in range(3):
        enqueue("test.note")
    assert jobs.run_jobs_once(worker="w") == 3
    assert marked == [0, 1, 2]
    assert queries.waiting() == []


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_change_that_was_undone_is_not_done() -> None:
    with transaction.atomic():
        jobs.enqueue("test.note", {"incident": 1})
        transaction.set_rollback(True)
    assert jobs.run_jobs_once(worker="w") == 0


@pytest.mark.django_db(transaction=True)
def test_a_handler_runs_outside_any_transaction() -> None:
    inside: list[bool] = []

    declare("test.note", lambda ref: inside.append(connection.in_atomic_block))
    enqueue("test.note")
    jobs.run_jobs_once(worker="w")
    assert inside == [False]


@pytest.mark.django_db
def test_a_job_that_nobody_would_do_is_refused() -> None:
    with pytest.raises(jobs.UnknownJob):
        enqueue("test.unknown")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "reason"), [("test.break", "ValueError"), ("test.down", "unavailable")]
)
def test_a_failing_job_is_tried_again_then_parked_and_its_words_are_not_kept(
    kind: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue(kind)
    enqueue("test.note")
    at = now()
    with caplog.at_level(logging.DEBUG):
        for _ in range(limits.ATTEMPTS + 3):
            jobs.run_jobs_once(worker="w", at=at)
            at += limits.LONGEST_WAIT
    assert len(DONE) == 1, "a job that fails holds up no other"
    [failed] = queries.failed()
    assert (failed.kind, failed.reason, failed.attempts) == (kind, reason, limits.ATTEMPTS)
    assert "zoe" not in caplog.text
    assert reason in caplog.text


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_done_by_the_next() -> None:
    enqueue("test.note")
    at = now()
    assert actions.claim("test.note", 1, "dead", at)
    assert jobs.run_jobs_once(worker="w", at=at + timedelta(seconds=1)) == 0
    assert jobs.run_jobs_once(worker="w", at=at + limits.LEASE) == 1
    assert len(DONE) == 1


@pytest.mark.django_db(transaction=True)
def test_a_long_job_is_not_taken_for_a_dead_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEASE", timedelta(seconds=0.3))
    taken: list[object] = []

    def long(ref: Reference) -> None:
        time.sleep(0.8)
        taken.extend(actions.claim("test.long", 1, "another", now()))

    declare("test.long", long)
    enqueue("test.long")
    jobs.run_jobs_once(worker="w")
    assert taken == []
    assert queries.waiting() == []
