"""The job that moves a request on: every step that may be taken now, one after another.

1. Take the request's lock: it lives as long as this process. 2. Plan which systems are asked. 3.
Find in all of them. 4. Take the other steps, those of Aboveboard itself last where they erase. 5.
Make the copy that was ordered. 6. Answer what needs nobody's answer; else leave a job for the next
try.

What a step did is written as an event after it; a process that dies in between leaves the step to
be taken again, which every connector bears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from aboveboard.basics import clock, locks, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.rights import limits
from aboveboard.rights.models import RequestStep
from aboveboard.rights.pack import making, mentions
from aboveboard.rights.requests import actions, files
from aboveboard.rights.requests.identity import DISCLOSING
from aboveboard.rights.requests.locking import lock_request
from aboveboard.rights.requests.recording import RUN, NewEvent, write_event
from aboveboard.rights.requests.state import (
    FIRST,
    RequestStage,
    RequestState,
    StepKey,
    may_run,
)
from aboveboard.rights.requests.terms import (
    Answer,
    RequestClosed,
    RequestEventKind,
    StepVerb,
)
from aboveboard.rights.running import finding, steps
from aboveboard.rights.running.memory import step_rows
from aboveboard.rights.running.own import KEY
from aboveboard.rights.running.request_run import RequestRun

_TO_CHECK: Final = frozenset({RequestStage.REVIEWING, RequestStage.READY})
_ORDER: Final = {verb: place for place, verb in enumerate(StepVerb)}


def run_request(ref: Reference) -> None:
    """Do the job ``rights.run``. Done twice at once, the second leaves it to the first."""
    request_id = int(str(ref["request"]))
    with locks.try_lock(_lock(request_id)) as ours:
        if not ours:
            _enqueue(request_id, clock.now() + limits.LOCKED_WAIT)
            return
        if ref.get("again"):
            _open_erasures_again(request_id)
        try:
            _work(RequestRun(request_id))
        except (NotFound, RequestClosed):
            # Withdrawn, refused or erased meanwhile: there is nothing to do any more.
            return
        finally:
            locks.remove(_lock(request_id))


def _work(run: RequestRun) -> None:
    tried: set[StepKey] = set()
    while _move_on(run, tried):
        pass


def _move_on(run: RequestRun, tried: set[StepKey]) -> bool:
    """Do what comes next; false where nothing is left that can be done now."""
    state = run.state
    if may_run(state) and not state.planned and FIRST[state.kind]:
        run.note(_plan(run.connectors))
        return True
    steps_now = _ready_steps(state, run.steps, tried, clock.now())
    if steps_now and may_run(state):
        finds = [step for step in steps_now if step[1] is StepVerb.FIND]
        if not finds and steps_now[0][1] in steps.CHANGING and not _still_wanted(run, steps_now[0]):
            return True
        tried.update(finds or steps_now[:1])
        if finds:
            finding.find_everywhere(run, [system for system, _ in finds])
        else:
            steps.take_step(run, steps_now[0])
        return True
    if run.waits:
        # Written, it may be that others wrote something meanwhile: looked at once more.
        run.write()
        return True
    if state.makes_pack:
        making.make_ordered(run.row.pk, at=clock.now())
        run.read_on()
        return True
    if may_run(state):
        if state.stage is RequestStage.READY:
            actions.answer(run.row.pk, worked_out_answer(state), by=SYSTEM, at=clock.now())
        else:
            _enqueue_next_try(run)
    elif state.stage in _TO_CHECK and state.kind in DISCLOSING:
        _list_mentions(run.row.pk)
    return False


def _list_mentions(request_id: int) -> None:
    """Go through what was collected for what may be about other people, where it is too much for
    the page that shows it."""
    if mentions.is_large(request_id) and not mentions.is_listed(request_id):
        mentions.list_mentions_of(request_id)


def _still_wanted(run: RequestRun, step: StepKey) -> bool:
    """Whether a change is still to be made, asked of the database right before: it may have been
    withdrawn, refused or paused meanwhile."""
    if run.waits:
        run.write()
    else:
        run.read_on()
    return may_run(run.state) and step in run.state.runnable


def worked_out_answer(state: RequestState) -> Answer:
    """Return what the steps come to."""
    records = [
        event.facts.get("records")
        for (_, verb), event in state.steps.items()
        if verb is StepVerb.FIND
    ]
    if state.planned and not any(records):
        return Answer.NOTHING_HELD
    kept = any(event.facts.get("retained_records") for event in state.steps.values())
    return Answer.PARTLY if kept else Answer.DONE


def _plan(connectors: Iterable[str]) -> NewEvent:
    return NewEvent(
        kind=RequestEventKind.PLANNED,
        facts={"steps": [[system, StepVerb.FIND.value] for system in connectors]},
    )


def _ready_steps(
    state: RequestState,
    rows: Mapping[StepKey, RequestStep],
    tried: set[StepKey],
    at: datetime,
) -> list[StepKey]:
    """Return the steps that may be taken now, in their order. Nothing is read or changed at a
    system before it is known what it holds."""

    def is_ready(step: StepKey) -> bool:
        row = rows.get(step)
        waits = row is not None and row.next_try_at is not None and row.next_try_at > at
        unfound = step[1] is not StepVerb.FIND and (step[0], StepVerb.FIND) in state.open_steps
        return not waits and not unfound and step not in tried

    ready = [step for step in state.runnable if is_ready(step)]
    return sorted(ready, key=lambda step: (_ORDER[step[1]], step[0] != KEY, step[0]))


def _enqueue_next_try(run: RequestRun) -> None:
    """Leave a job for the next try of what could not be done now."""
    tries = [
        row.next_try_at
        for step in run.state.runnable
        if (row := run.steps.get(step)) is not None and row.next_try_at is not None
    ]
    if tries:
        _enqueue(run.row.pk, min(tries))


def _open_erasures_again(request_id: int) -> None:
    """Open again the steps that a restored database says were erased, each with an event."""
    at = clock.now()
    for step, row in step_rows(request_id).items():
        if step[1] is not StepVerb.ERASE or row.done_at is not None or step[0] == KEY:
            continue
        with transaction.atomic():
            locked = lock_request(request_id)
            if step in locked.state.open_steps:
                continue
            for verb in (StepVerb.FIND, StepVerb.ERASE):
                event = NewEvent(
                    kind=RequestEventKind.STEP_RETRIED, system=step[0], verb=verb.value
                )
                write_event(locked, event, by=SYSTEM, at=at)


def _enqueue(request_id: int, due: datetime) -> None:
    with transaction.atomic():
        jobs.enqueue(RUN, {"request": request_id}, due=due)


def _lock(request_id: int) -> Path:
    return settings.current().home / files.FOLDER / f".{request_id}.lock"
