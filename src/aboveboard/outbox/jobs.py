"""Coarse work done by the worker: count an exposure, prepare notices.

A package declares a function for a kind of job in its ``apps.py``::

    Package(name="incidents", jobs=(Job("incident.count", count_exposure),))

and an action enqueues one beside its change:
``jobs.enqueue("incident.count", {"incident": 7})``. The function runs outside any transaction,
makes its own, and must bear to be run again: a worker that dies under it leaves the job to the
next one. ``docs/decisions/0006`` says why jobs are rows here.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from django.db import connection

from aboveboard.basics.clock import now
from aboveboard.basics.errors import AboveboardError, Misconfigured
from aboveboard.basics.package import gathered
from aboveboard.basics.tracing import measure
from aboveboard.outbox import actions, limits
from aboveboard.outbox.reference import Reference

Handler: TypeAlias = Callable[[Reference], object]

log = logging.getLogger(__name__)


class UnknownJob(Misconfigured):
    """No package declares a function for jobs of kind {kind}."""

    code = "unknown_job"
    next_step = "Add it to Package.jobs in the package's apps.py."


def handlers() -> Mapping[str, Handler]:
    """Return the function for each kind of job that a package declares."""
    return {job.kind: job.run for package in gathered() for job in package.jobs}


def enqueue(kind: str, ref: Reference, *, due: datetime | None = None) -> int:
    """Write a job beside the change that causes it; return the id of its message.

    Raises:
        UnknownJob: nobody would ever do it.
        RuntimeError: not inside ``transaction.atomic()``.
        RefusedReference: ``ref`` holds more than ids and codes.
    """
    if kind not in handlers():
        raise UnknownJob(kind=kind)
    return actions.post(kind, ref, due=due)


def run_jobs_once(
    *,
    worker: str,
    at: datetime | None = None,
    limit: int | None = None,
    kinds: Collection[str] = (),
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Do the jobs that are due, one after another, until none is, ``limit`` is reached or
    ``stop`` says so; return how many were tried. ``kinds``: jobs of these kinds alone, if any are
    given.

    A job that raises waits and is tried again, then parked with the code of its error as reason.
    Its message and values are not kept: they may be personal.
    """
    began, start = monotonic(), at or now()
    by_kind = {kind: run for kind, run in handlers().items() if not kinds or kind in kinds}
    tried = 0
    finished: list[int] = []
    while (limit is None or tried < limit) and not stop():
        # One at a time, since the lease of a second would run out unused while the first goes on.
        # Kinds that no package of this process declares stay for a process that knows them.
        # The last one is marked done as the next is claimed: one commit a job, not two.
        claimed = actions.claim(
            list(by_kind),
            1,
            worker,
            start + timedelta(seconds=monotonic() - began),
            finished=finished,
        )
        finished = []
        if not claimed:
            break
        if _is_done(claimed[0], by_kind[claimed[0].kind], worker):
            finished = [claimed[0].id]
        tried += 1
    if finished:
        actions.finish(finished, now())
    return tried


def _is_done(job: actions.ClaimedMessage, handler: Handler, worker: str) -> bool:
    """Do the job; false where it failed, which is written."""
    # Outside any transaction: a job may take minutes, and a lock held that long would stop others.
    try:
        with measure("job") as work, _renewing_lease(job.id, worker):
            work.tell(f"job {job.kind}", job__kind=job.kind)
            handler(job.ref)
    except Exception as error:
        reason = error.code if isinstance(error, AboveboardError) else type(error).__name__
        # Where, without the words of the error or the source: either may hold what the record held.
        where = " < ".join(
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        again = actions.fail(job.id, reason, now())
        log.error(
            "job %s %s failed: %s at %s; %s",
            job.kind,
            job.id,
            reason,
            where,
            "will be tried again" if again else "given up",
        )
        return False
    return True


@contextmanager
def _renewing_lease(id_: int, worker: str) -> Iterator[None]:
    """Renew the lease while the work goes on, so that a long job is not taken for a dead one."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(limits.LEASE.total_seconds() / 3):
                actions.renew([id_], worker, now())
        finally:
            # Django keeps a connection for each thread, and nobody closes the one of a thread that
            # ended.
            connection.close()

    # A daemon: a worker that is told to stop must not wait for it, and a lease that runs out is
    # what the next worker looks for.
    thread = threading.Thread(target=renew, name=f"lease-{id_}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
