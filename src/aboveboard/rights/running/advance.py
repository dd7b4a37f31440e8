"""The job that moves a request on: every step that may be taken now, one after another.

1. Take the request's lock: it lives as long as this process. 2. Plan which systems are asked. 3.
Find in all of them. 4. Take the other steps, those of Aboveboard itself last where they erase. 5.
Answer what needs nobody's answer; else leave a job for the next try.

What a step did is written as an event after it; a process that dies in between leaves the step to
be taken again, which every connector bears.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from aboveboard.basics import clock, locks, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Connector
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.rights import limits
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import actions, files
from aboveboard.rights.requests.recording import (
    RUN,
    NewEvent,
    lock_request,
    read_state,
    record,
    write_event,
)
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
from aboveboard.rights.running.own import KEY, own_connector

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
            _work(request_id)
        except (NotFound, RequestClosed):
            # Withdrawn, refused or erased meanwhile: there is nothing to do any more.
            return
        finally:
            locks.remove(_lock(request_id))


def _work(request_id: int) -> None:
    tried: set[StepKey] = set()
    while True:
        row = RightsRequest.objects.get(pk=request_id)
        _, state = read_state(row)
        if not may_run(state):
            return
        if state.stage is RequestStage.READY:
            actions.answer(request_id, worked_out_answer(state), by=SYSTEM, at=clock.now())
            return
        connectors = _connectors(row)
        if not state.planned and FIRST[state.kind]:
            _plan(request_id, connectors)
            continue
        rows = step_rows(request_id)
        step_keys = _ready_steps(state, rows, tried, clock.now())
        if not step_keys:
            _enqueue_next_try(request_id, state, rows)
            return
        finds = [step for step in step_keys if step[1] is StepVerb.FIND]
        tried.update(finds or step_keys[:1])
        if finds:
            finding.find_everywhere(row, state, [system for system, _ in finds], connectors)
        else:
            steps.take_step(row, step_keys[0], connectors)


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


def _connectors(row: RightsRequest) -> Mapping[str, Connector]:
    """Return every system by its key, Aboveboard itself first."""
    own: Connector = own_connector(row)
    return {KEY: own, **{each.key: each for each in registry.active()}}


def _plan(request_id: int, connectors: Mapping[str, Connector]) -> None:
    planned = NewEvent(
        kind=RequestEventKind.PLANNED,
        facts={"steps": [[system, StepVerb.FIND.value] for system in connectors]},
    )
    record(
        request_id,
        lambda locked: None if locked.state.planned else planned,
        by=SYSTEM,
        at=clock.now(),
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


def _enqueue_next_try(
    request_id: int, state: RequestState, rows: Mapping[StepKey, RequestStep]
) -> None:
    """Leave a job for the next try of what could not be done now."""
    tries = [
        row.next_try_at
        for step in state.runnable
        if (row := rows.get(step)) is not None and row.next_try_at is not None
    ]
    if tries:
        _enqueue(request_id, min(tries))


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
