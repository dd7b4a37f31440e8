"""When a step cannot be taken: it is tried again, later each time, and then a person is called."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError
from aboveboard.rights import limits
from aboveboard.rights.requests.recording import LockedRequest, NewEvent, record
from aboveboard.rights.requests.state import StepKey
from aboveboard.rights.requests.terms import NeedsPerson, RequestEventKind
from aboveboard.rights.running.memory import step_row

log = logging.getLogger(__name__)

_GROWS: Final = 5


def fail_step(request_id: int, step: StepKey, error: Exception) -> None:
    """Note that a try failed, with its code alone, and when the next is; after the last, call a
    person."""
    at = clock.now()
    code = error.code if isinstance(error, AboveboardError) else type(error).__name__
    # Where, without the words: they may hold what the system answered.
    where = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    log.warning("request %s: %s at %s failed: %s at %s", request_id, step[1], step[0], code, where)
    row = step_row(request_id, step)
    row.attempts, row.error = row.attempts + 1, code[:64]
    row.next_try_at = at + wait_after(row.attempts)
    row.save(update_fields=["attempts", "error", "next_try_at"])
    if row.attempts >= limits.STEP_TRIES:
        need_person(request_id, step, NeedsPerson.GAVE_UP, {"error": code[:64]})


def wait_after(attempts: int) -> timedelta:
    """Return the wait after a number of failed tries, from 1."""
    times: int = _GROWS ** (min(attempts, 10) - 1)
    return min(limits.STEP_FIRST_WAIT * times, limits.STEP_LONGEST_WAIT)


def need_person(
    request_id: int,
    step: StepKey,
    why: NeedsPerson,
    facts: Mapping[str, Json] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Leave a step to a person, and say why."""
    event = NewEvent(
        kind=RequestEventKind.STEP_NEEDS_PERSON,
        code=why.value,
        system=step[0],
        verb=step[1].value,
        facts=facts or {},
    )

    def decide(locked: LockedRequest) -> NewEvent | None:
        state = locked.state
        return event if step in state.open_steps and step not in state.needs_person else None

    record(request_id, decide, by=SYSTEM, at=at or clock.now())
