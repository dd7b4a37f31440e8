"""What all events of a request come to: a pure fold, and what comes next.

The order of life is: received, (confirmed), proved, first steps, reviewed, last steps, answered.
``FIRST`` and ``LAST`` say which steps each kind has; what a person asked to be changed is changed
only after somebody looked, but for what the law gives without a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from aboveboard.connectors.own import KEY as OWN
from aboveboard.rights.requests.identity import ProofState, judge_proof
from aboveboard.rights.requests.terms import (
    Asker,
    ProofEvidence,
    RequestChannel,
    RequestEvent,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

StepKey = tuple[str, StepVerb]
"""The key of a system, and what is done there."""

FIRST: Final[Mapping[RequestKind, tuple[StepVerb, ...]]] = {
    RequestKind.ACCESS: (StepVerb.FIND, StepVerb.READ),
    RequestKind.PORTABILITY: (StepVerb.FIND, StepVerb.READ),
    RequestKind.CORRECTION: (StepVerb.FIND,),
    RequestKind.ERASURE: (StepVerb.FIND, StepVerb.DRY_RUN),
    RequestKind.OBJECTION: (StepVerb.FIND,),
    RequestKind.RESTRICTION: (StepVerb.FIND, StepVerb.RESTRICT),
    RequestKind.STOP_ASKING: (StepVerb.FIND, StepVerb.RESTRICT),
    RequestKind.HUMAN_REVIEW: (),
}
FIRST_HERE: Final[Mapping[RequestKind, StepVerb]] = {RequestKind.OBJECTION: StepVerb.RESTRICT}
"""What is done at Aboveboard itself before anybody looked: the uses that are objected to stop while
it is examined (Art. 18(1)(d))."""
LAST: Final[Mapping[RequestKind, StepVerb]] = {
    RequestKind.CORRECTION: StepVerb.CORRECT,
    RequestKind.ERASURE: StepVerb.ERASE,
    RequestKind.OBJECTION: StepVerb.RESTRICT,
}
UNREVIEWED: Final = frozenset({RequestKind.RESTRICTION, RequestKind.STOP_ASKING})
"""What the law gives without a condition that somebody would have to judge (Art. 18(1)(a), 21(3)):
it is done at once."""


ANSWERED_BY_ITSELF: Final = frozenset(
    {
        RequestKind.CORRECTION,
        RequestKind.ERASURE,
        RequestKind.OBJECTION,
        RequestKind.RESTRICTION,
        RequestKind.STOP_ASKING,
    }
)
"""What is answered as soon as it is done, since the answer says no more than what was done."""


class RequestStage(StrEnum):
    """Where a request is."""

    CONFIRMING = "confirming"
    """It came by e-mail, and a person has to say whether it is one."""
    PROVING = "proving"
    WORKING = "working"
    """The worker has something to do, now or at the next try."""
    BY_HAND = "by_hand"
    """All that is left of the steps waits for somebody."""
    REVIEWING = "reviewing"
    READY = "ready"
    """Everything is there: the answer can be made and sent."""
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"
    """The person was erased while it was open: there is nobody to answer, and nothing to give."""


CLOSED: Final = frozenset(
    {
        RequestStage.ANSWERED,
        RequestStage.REFUSED,
        RequestStage.WITHDRAWN,
        RequestStage.FORGOTTEN,
    }
)


class Mover(StrEnum):
    """Who moves a request on."""

    WORKER = "worker"
    STAFF = "staff"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class NextMove:
    """What happens next, and who does it. ``what`` is a code: ``confirm``, ``prove``, ``run``,
    ``answer_by_hand``, ``review``, ``make``, ``answer``, ``resume``. ``by`` None: at once."""

    what: str
    mover: Mover
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestState:
    """What the events come to. ``steps``: done ones with their facts; ``open_steps``: planned and
    not done; ``needs_person``: of those, which wait for somebody, and why; ``order``: the copy of
    the data that the worker has to make; ``order_failed``: why the last one was not made; ``part``:
    the answer in part that was given."""

    kind: RequestKind
    asker: Asker
    stage: RequestStage
    received_at: datetime
    proof: ProofState
    evidence: tuple[ProofEvidence, ...] = ()
    confirmed: bool = True
    planned: bool = False
    steps: Mapping[StepKey, RequestEvent] = field(default_factory=dict)
    open_steps: frozenset[StepKey] = frozenset()
    needs_person: Mapping[StepKey, str] = field(default_factory=dict)
    reviewed_at: datetime | None = None
    paused: RequestEvent | None = None
    extension: RequestEvent | None = None
    reminded: RequestEvent | None = None
    order: RequestEvent | None = None
    order_failed: RequestEvent | None = None
    part: RequestEvent | None = None
    closing: RequestEvent | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more happens."""
        return self.stage in CLOSED

    @property
    def makes_pack(self) -> bool:
        """Whether the worker is to make the copy of the data, of an answered request too."""
        return self.order is not None and self.stage is not RequestStage.FORGOTTEN

    @property
    def runnable(self) -> frozenset[StepKey]:
        """The steps that the worker may take. Aboveboard's own erasure waits for all others: it
        takes the key that opens the rest."""
        waiting = self.open_steps - frozenset(self.needs_person)
        last = (OWN, StepVerb.ERASE)
        others = any(verb is StepVerb.ERASE and name != OWN for name, verb in self.open_steps)
        return waiting - {last} if others else waiting


def fold_events(
    kind: RequestKind,
    asker: Asker,
    channel: RequestChannel,
    events: Iterable[RequestEvent],
    *,
    sensitive: bool = False,
    forgotten: bool = False,
) -> RequestState:
    """Return what the events, in order, come to.

    ``forgotten``: the person was erased, and what was sealed of the request with them.

    Raises:
        ValueError: the first event is not the receipt.
    """
    state: RequestState | None = None
    for event in events:
        if state is None:
            if event.kind is not RequestEventKind.RECEIVED:
                raise ValueError("the life of a request begins with its receipt")
            state = RequestState(
                kind,
                asker,
                RequestStage.PROVING,
                event.at,
                judge_proof(kind, asker, (), sensitive=sensitive),
                confirmed=channel is not RequestChannel.EMAIL,
            )
        else:
            state = _next_state(state, event, sensitive=sensitive)
    if state is None:
        raise ValueError("a request has at least its receipt")
    return replace(state, stage=_stage(state, forgotten=forgotten))


def _next_state(state: RequestState, event: RequestEvent, *, sensitive: bool) -> RequestState:
    """Return the state after one more event."""
    match event.kind:
        case RequestEventKind.CONFIRMED:
            return replace(state, confirmed=True)
        case RequestEventKind.PROVED:
            evidence = (*state.evidence, ProofEvidence(event.code))
            proof = judge_proof(state.kind, state.asker, evidence, sensitive=sensitive)
            return replace(state, evidence=evidence, proof=proof)
        case RequestEventKind.PAUSED:
            return replace(state, paused=event)
        case RequestEventKind.RESUMED:
            return replace(state, paused=None)
        case RequestEventKind.EXTENDED:
            return replace(state, extension=event)
        case RequestEventKind.REMINDED:
            return replace(state, reminded=event)
        case RequestEventKind.REVIEWED:
            reviewed = replace(state, reviewed_at=event.at)
            return replace(reviewed, open_steps=state.open_steps | _last_steps(reviewed))
        case RequestEventKind.ANSWERED | RequestEventKind.REFUSED | RequestEventKind.WITHDRAWN:
            return replace(state, closing=event, order=None, order_failed=None)
        case RequestEventKind.PACK_ORDERED:
            return replace(state, order=event, order_failed=None)
        case RequestEventKind.PART_ANSWERED:
            return replace(state, part=event, order=None, order_failed=None)
        case RequestEventKind.PACK_MADE:
            return replace(state, order=None)
        case RequestEventKind.PACK_FAILED:
            return replace(state, order=None, order_failed=event)
        case _:
            return _after_step(state, event)


def _after_step(state: RequestState, event: RequestEvent) -> RequestState:
    if event.kind is RequestEventKind.PLANNED:
        added = frozenset(_steps_of(event)) - frozenset(state.steps)
        return replace(state, planned=True, open_steps=state.open_steps | added)
    if event.kind not in (
        RequestEventKind.STEP_DONE,
        RequestEventKind.STEP_NEEDS_PERSON,
        RequestEventKind.STEP_RETRIED,
    ):
        return state
    step = (event.system, StepVerb(event.verb))
    waiting = {key: why for key, why in state.needs_person.items() if key != step}
    if event.kind is RequestEventKind.STEP_NEEDS_PERSON:
        return replace(state, needs_person={**waiting, step: event.code})
    if event.kind is RequestEventKind.STEP_RETRIED:
        # Where it is found out anew what a system holds, all that followed from it is done anew.
        is_search = step[1] is StepVerb.FIND
        done = {
            key: old
            for key, old in state.steps.items()
            if key != step and not (is_search and key[0] == step[0])
        }
        return replace(
            state, steps=done, needs_person=waiting, open_steps=state.open_steps | {step}
        )
    done = {**state.steps, step: event}
    after = replace(state, steps=done, needs_person=waiting, open_steps=state.open_steps - {step})
    if step[1] is not StepVerb.FIND or not event.facts.get("records"):
        return after
    # In the same event, so that there is no moment in which all seems to be done.
    follow: set[StepKey] = {
        (step[0], verb) for verb in FIRST[state.kind] if verb is not StepVerb.FIND
    }
    if step[0] == OWN and state.kind in FIRST_HERE:
        follow.add((OWN, FIRST_HERE[state.kind]))
    opened = (follow | _last_steps(after)) - set(done)
    return replace(after, open_steps=after.open_steps | opened)


def _last_steps(state: RequestState) -> frozenset[StepKey]:
    """Return the steps after the review: at each system where something was found."""
    if state.reviewed_at is None or state.kind not in LAST:
        return frozenset()
    holding = {
        system
        for (system, verb), event in state.steps.items()
        if verb is StepVerb.FIND and event.facts.get("records")
    }
    return frozenset((system, LAST[state.kind]) for system in holding)


def _steps_of(event: RequestEvent) -> Iterable[StepKey]:
    steps = event.facts.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, list) and len(step) == 2:
            yield str(step[0]), StepVerb(str(step[1]))


_ENDS: Final = {
    RequestEventKind.ANSWERED: RequestStage.ANSWERED,
    RequestEventKind.REFUSED: RequestStage.REFUSED,
    RequestEventKind.WITHDRAWN: RequestStage.WITHDRAWN,
}


def _stage(state: RequestState, *, forgotten: bool) -> RequestStage:
    # What was answered is open again where its erasures must be repeated, as after a restore.
    if state.closing is not None and not (
        state.open_steps and state.closing.kind is RequestEventKind.ANSWERED
    ):
        return _ENDS[state.closing.kind]
    if forgotten:
        return RequestStage.FORGOTTEN
    if not state.confirmed:
        return RequestStage.CONFIRMING
    if not state.proof.enough:
        return RequestStage.PROVING
    return _stage_of_work(state)


def _stage_of_work(state: RequestState) -> RequestStage:
    if FIRST[state.kind] and not state.planned:
        return RequestStage.WORKING
    if state.open_steps:
        return RequestStage.WORKING if state.runnable else RequestStage.BY_HAND
    if state.reviewed_at is None and state.kind not in UNREVIEWED:
        return RequestStage.REVIEWING
    return RequestStage.READY


def may_run(state: RequestState) -> bool:
    """Whether the worker has something to do for it now, or at a next try."""
    if state.makes_pack:
        return True
    if state.paused is not None:
        return False
    return state.stage is RequestStage.WORKING or (
        state.stage is RequestStage.READY and state.kind in ANSWERED_BY_ITSELF
    )


def next_move(state: RequestState, *, due: datetime) -> NextMove | None:
    """Return what happens next, and who does it, by when; None where the request is closed.

    Every open state has one: that is what "nothing is stuck in silence" means.
    """
    if state.closed:
        return None
    if state.stage is RequestStage.CONFIRMING:
        return NextMove("confirm", Mover.STAFF, due)
    if state.makes_pack:
        return NextMove("make", Mover.WORKER)
    if state.paused is not None:
        # Without a day on which it resumes by itself, staff decide when it is due as it was.
        until = state.paused.until
        return NextMove("resume", Mover.WORKER if until else Mover.STAFF, until or due)
    match state.stage:
        case RequestStage.PROVING:
            return NextMove("prove", Mover.PERSON, due)
        case RequestStage.WORKING:
            return NextMove("run", Mover.WORKER)
        case RequestStage.READY if state.kind in ANSWERED_BY_ITSELF:
            return NextMove("answer", Mover.WORKER)
        case RequestStage.BY_HAND:
            return NextMove("answer_by_hand", Mover.STAFF, due)
        case RequestStage.REVIEWING:
            return NextMove("review", Mover.STAFF, due)
        case _:
            return NextMove("answer", Mover.STAFF, due)
