"""When a step cannot be taken: it is tried again, later each time, and then a person is called."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError
from aboveboard.rights import limits
from aboveboard.rights.requests.recording import NewEvent
from aboveboard.rights.requests.state import StepKey
from aboveboard.rights.requests.terms import NeedsPerson, RequestEventKind
from aboveboard.rights.running.request_run import RequestRun

log = logging.getLogger(__name__)

_GROWS: Final = 5


def fail_step(run: RequestRun, step: StepKey, error: Exception) -> None:
    """Note that a try failed, with its code alone, and when the next is; after the last, call a
    person."""
    at = clock.now()
    code = error.code if isinstance(error, AboveboardError) else type(error).__name__
    # Where, without the words: they may hold what the system answered.
    where = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    number, verb, system = run.row.pk, step[1], step[0]
    log.warning("request %s: %s at %s failed: %s at %s", number, verb, system, code, where)
    row = run.step(step)
    row.attempts, row.error = row.attempts + 1, code[:64]
    row.next_try_at = at + wait_after(row.attempts)
    run.note_failure(step)
    if row.attempts >= limits.STEP_TRIES:
        need_person(run, step, NeedsPerson.GAVE_UP, {"error": code[:64]})


def wait_after(attempts: int) -> timedelta:
    """Return the wait after a number of failed tries, from 1."""
    times: int = _GROWS ** (min(attempts, 10) - 1)
    return min(limits.STEP_FIRST_WAIT * times, limits.STEP_LONGEST_WAIT)


def need_person(
    run: RequestRun, step: StepKey, why: NeedsPerson, facts: Mapping[str, Json] | None = None
) -> None:
    """Leave a step to a person, and say why."""
    if step not in run.state.open_steps or step in run.state.needs_person:
        return
    run.note(
        NewEvent(
            kind=RequestEventKind.STEP_NEEDS_PERSON,
            code=why.value,
            system=step[0],
            verb=step[1].value,
            facts=facts or {},
        )
    )
