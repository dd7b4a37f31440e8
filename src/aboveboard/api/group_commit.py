"""Uses that come at the same moment share one transaction: commits are the bottleneck of a disk and
a database, and a commit of many rows takes hardly longer than that of one.

Each caller waits until the entries of its own uses are durable (design, invariant 3); nobody waits
for more to come. A caller that finds nobody at work takes everything that waits, does it as one,
and hands each caller its own outcome. While it works others gather, and one of them is next.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime

from django.db import Error as DatabaseError
from django.db import connection

from aboveboard.access.actions import use_each
from aboveboard.access.limits import USE_BATCH
from aboveboard.access.use import UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, Unavailable

Waiting = tuple[UseRequest, "Future[UseResult | AboveboardError]"]

_work = threading.Lock()
_waiting: list[Waiting] = []


def use_grouped(request: UseRequest) -> UseResult | AboveboardError:
    """Return the outcome of one use, done with those that came meanwhile. Errors:
    :func:`aboveboard.access.actions.use_each`."""
    # A test's transaction is one thread's own; so is any that a caller began.
    if connection.in_atomic_block:
        return use_each([request], at=clock.now())[0]
    # A caller that waits holds no connection of the pool: the one that works needs one, and must
    # not wait for those that wait.
    connection.close_if_unusable_or_obsolete()
    outcome: Future[UseResult | AboveboardError] = Future()
    _waiting.append((request, outcome))
    with _work:
        # Usually done already, by the caller that held the lock. More may wait than one takes, so
        # it is asked again.
        while not outcome.done():
            _run_batch(_take_batch())
    return outcome.result()


def _take_batch() -> list[Waiting]:
    """Take the oldest that wait. Under the lock: only one takes, while others may append."""
    taken = _waiting[:USE_BATCH]
    del _waiting[: len(taken)]
    return taken


def _run_batch(taken: Sequence[Waiting]) -> None:
    # The moment of the work and not of the asking: a promise adopted meanwhile is the one in force.
    at = clock.now()
    try:
        results = use_each([request for request, _ in taken], at=at)
    except (DatabaseError, Unavailable) as error:  # whatever was asked: nothing was released
        for _, outcome in taken:
            outcome.set_exception(error)
    except Exception:  # about one of them, and before the commit: the others must not fail for it
        for waiting in taken:
            _run_alone(waiting, at)
    else:
        for (_, outcome), result in zip(taken, results, strict=True):
            outcome.set_result(result)
    finally:
        # Where the work itself was cut short, as when the server stops, nobody may wait for ever.
        for _, outcome in taken:
            if not outcome.done():
                outcome.set_exception(RuntimeError("a use was neither done nor refused"))


def _run_alone(waiting: Waiting, at: datetime) -> None:
    request, outcome = waiting
    try:
        outcome.set_result(use_each([request], at=at)[0])
    except Exception as error:  # raised again by the caller whose it is
        outcome.set_exception(error)
