"""Uses that come at the same moment share one transaction: a disc and a database bear few
commits, and many rows in each.

Each caller waits until the entries of its own uses are durable (design, invariant 3); nobody waits
for more to come. Whoever finds nobody at work takes everything that waits, does it as one, and
hands each caller its own outcome. While it works others gather, and one of them is next.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error as DatabaseError
from django.db import connection

from aboveboard.access.actions import Outcome, Wanted, uses_of
from aboveboard.access.limits import USE_BATCH
from aboveboard.basics import clock
from aboveboard.basics.errors import Unavailable


@dataclass(slots=True, eq=False)
class _Waiting:
    wanted: Wanted
    outcome: Outcome | None = None
    failed: BaseException | None = None
    done: bool = field(default=False)


_work = threading.Lock()
_waiting: list[_Waiting] = []


def use_together(wanted: Wanted) -> Outcome:
    """Return the outcome of one use, done with those that came meanwhile. Errors:
    :func:`aboveboard.access.actions.uses_of`."""
    # A test's transaction is one thread's own; so is any that a caller began.
    if connection.in_atomic_block:
        return uses_of([wanted], at=clock.now())[0]
    # Whoever waits holds no connection of the pool: the one who works needs one, and must not
    # wait for those who wait.
    connection.close_if_unusable_or_obsolete()
    mine = _Waiting(wanted)
    _waiting.append(mine)
    with _work:
        while not mine.done:
            _do(_take())
    if mine.failed is not None:
        raise mine.failed
    if mine.outcome is None:
        raise RuntimeError("a use was neither done nor refused")
    return mine.outcome


def _take() -> list[_Waiting]:
    """Take the oldest that wait."""
    taken = _waiting[:USE_BATCH]
    del _waiting[: len(taken)]
    return taken


def _do(taken: Sequence[_Waiting]) -> None:
    at = clock.now()
    try:
        for one, outcome in zip(taken, uses_of([one.wanted for one in taken], at=at), strict=True):
            one.outcome = outcome
    except (DatabaseError, Unavailable) as error:  # whatever was asked: nothing was released
        for one in taken:
            one.failed = error
    except Exception:  # about one of them, and before the commit: the others must not fail for it
        for one in taken:
            _alone(one, at)
    finally:
        for one in taken:
            one.done = True


def _alone(one: _Waiting, at: datetime) -> None:
    try:
        one.outcome = uses_of([one.wanted], at=at)[0]
    except Exception as error:  # raised again by the caller whose it is
        one.failed = error
