"""One run of the job over a request: what it knows, and what it still has to write down.

A request is read once in a run and carried on. What was done at Aboveboard itself waits and is
written together with what comes after it; what another system answered is written before the next
one is called, and a change at once. Each writing locks the request, reads what others wrote
meanwhile, and leaves out what that made needless.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Connector
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.locking import (
    LockedRequest,
    lock_request,
    read_request,
    state_of,
)
from aboveboard.rights.requests.recording import NewEvent, as_happened, write_events
from aboveboard.rights.requests.state import RequestState, StepKey
from aboveboard.rights.requests.terms import (
    RequestClosed,
    RequestDetails,
    RequestEventKind,
    StepVerb,
)
from aboveboard.rights.running import memory as memories
from aboveboard.rights.running.memory import SystemMemory
from aboveboard.rights.running.own import KEY, own_connector


class RequestRun:
    """A request in the hands of the worker that has its lock."""

    def __init__(self, request_id: int) -> None:
        self._known = read_request(request_id)
        self._pending: list[NewEvent] = []
        self._changed: set[StepKey] = set()
        self._owes = False
        self._state: RequestState | None = None
        self._memories: dict[str, SystemMemory] | None = None
        # Before it is planned there are none.
        planned = self.state.planned
        self.steps: dict[StepKey, RequestStep] = dict(
            memories.step_rows(request_id) if planned else {}
        )

    @property
    def row(self) -> RightsRequest:
        """The row as it was read last."""
        return self._known.row

    @property
    def state(self) -> RequestState:
        """What the events come to, those that wait to be written too."""
        if self._state is None:
            waiting = (as_happened(event, clock.now()) for event in self._pending)
            self._state = state_of(self.row, [*self._known.events, *waiting])
        return self._state

    @property
    def waits(self) -> bool:
        """Whether something is not written down yet."""
        return bool(self._pending or self._changed)

    @cached_property
    def connectors(self) -> Mapping[str, Connector]:
        """Every system by its key, Aboveboard itself first."""
        own: Connector = own_connector(
            self.row,
            lambda: self.details,
            decided=lambda: self.state.reviewed_at is not None,
        )
        return {KEY: own, **{each.key: each for each in registry.active()}}

    @cached_property
    def key(self) -> bytes:
        """The key of the request.

        Raises:
            RequestUnreadable: it was destroyed, or the person's was.
        """
        return sealing.request_key(self.row)

    @cached_property
    def details(self) -> RequestDetails:
        """What was asked; nothing where it is not there any more, as after a restore.

        Raises:
            RequestUnreadable: it was destroyed.
        """
        if not self.row.details:
            return RequestDetails()
        place = f"details/{self.row.entry_id}"
        return sealing.decode_details(sealing.unseal(self.key, place, bytes(self.row.details)))

    def step(self, key: StepKey) -> RequestStep:
        """Return the row of a step; one that is not there yet is made with the next writing."""
        if key not in self.steps:
            self.steps[key] = RequestStep(request_id=self.row.pk, system=key[0], verb=key[1].value)
        return self.steps[key]

    def memories(self) -> dict[str, SystemMemory]:
        """Return what is known of each system.

        Raises:
            RequestUnreadable: it was destroyed.
        """
        if self._memories is None:
            self._memories = memories.decode_memories(self.row, self.key, self.steps.values())
        return self._memories

    def remember(self, system: str, memory: SystemMemory) -> None:
        """Keep what a system was asked by and what it found."""
        step = (system, StepVerb.FIND)
        self.step(step).matches = memories.encode_memory(self.row, self.key, system, memory)
        self.memories()[system] = memory
        self._note_change(step)

    def note(self, event: NewEvent) -> None:
        """Let an event be written with the next writing."""
        self._pending.append(event)
        self._state = None
        if not event.system:
            return
        step = (event.system, StepVerb(event.verb))
        if event.kind is RequestEventKind.STEP_DONE:
            row = self.step(step)
            row.done_at, row.error, row.next_try_at = clock.now(), "", None
        self._note_change(step)

    def note_failure(self, step: StepKey) -> None:
        """Let the changed row of a step be written with the next writing."""
        self._note_change(step)

    def _note_change(self, step: StepKey) -> None:
        self._changed.add(step)
        self._owes = self._owes or step[0] != KEY

    def before_call(self, system: str) -> None:
        """Write down what the call before answered, where another system is to be called."""
        if system != KEY and self._owes:
            self.write()

    def write(self) -> None:
        """Write down everything that waits, in one transaction.

        Raises:
            NotFound, RequestClosed: there is nothing to go on with.
        """
        at = clock.now()
        with transaction.atomic():
            locked = lock_request(self.row.pk, known=self._known)
            if locked.state.closed:
                raise RequestClosed(why=locked.state.stage.value)
            events = self._pending
            if locked.last != self._known.last:
                events = _still_to_write(locked, events)
            if events:
                write_events(locked, events, by=SYSTEM, at=at)
            # What is read lies in files that are named by the number of the step's row.
            self._changed |= {
                step for step in locked.state.open_steps if self.step(step).pk is None
            }
            memories.keep_steps([self.step(step) for step in self._changed])
        self._known = locked
        self._pending, self._state = [], None
        self._changed, self._owes = set(), False

    def read_on(self) -> None:
        """Read what others wrote meanwhile. Nothing may be waiting to be written."""
        known = self._known
        self._known = read_request(known.row.pk, known=known)
        self._state = None


def _still_to_write(locked: LockedRequest, pending: list[NewEvent]) -> list[NewEvent]:
    """Return what still says something, after what others wrote."""
    events, state = list(locked.events), locked.state
    kept = []
    for event in pending:
        if _applies(event, state):
            kept.append(event)
            events.append(as_happened(event, clock.now()))
            state = state_of(locked.row, events)
    return kept


def _applies(event: NewEvent, state: RequestState) -> bool:
    if event.kind is RequestEventKind.PLANNED:
        return not state.planned
    step = (event.system, StepVerb(event.verb))
    if event.kind is RequestEventKind.STEP_DONE:
        return step in state.open_steps
    if event.kind is RequestEventKind.STEP_NEEDS_PERSON:
        return step in state.open_steps and step not in state.needs_person
    return True
