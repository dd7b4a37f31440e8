"""The life of a request: what its events come to, and that something always comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.rights.requests.identity import DISCLOSING, judge_proof
from aboveboard.rights.requests.state import (
    RequestStage,
    RequestState,
    fold_events,
    may_run,
    next_move,
)
from aboveboard.rights.requests.terms import (
    Asker,
    ProofEvidence,
    RequestChannel,
    RequestEvent,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DUE = AT + timedelta(days=30)
K, E, A = RequestKind, ProofEvidence, Asker

PROOF = {
    "a customer who is signed in sees what is held": (K.ACCESS, A.SELF, {E.SIGNED_IN}, ()),
    "nobody sees anything for having asked": (K.ACCESS, A.SELF, set(), ("identity",)),
    "who shares an address with others says something more": (
        K.ACCESS,
        A.SELF,
        {E.SHARED_CONTACT_CODE},
        ("identity",),
    ),
    "a shared address and what only they know": (
        K.ACCESS,
        A.SELF,
        {E.SHARED_CONTACT_CODE, E.KNOWLEDGE},
        (),
    ),
    "knowledge alone erases nobody": (K.ERASURE, A.SELF, {E.KNOWLEDGE}, ("identity",)),
    "being left alone needs no proof": (K.STOP_ASKING, A.SELF, set(), ()),
    "an objection needs little": (K.OBJECTION, A.SELF, {E.KNOWLEDGE}, ()),
    "an agent needs papers as well": (K.ACCESS, A.AGENT, {E.DOCUMENT}, ("authority",)),
    "papers prove nobody": (K.ERASURE, A.AGENT, {E.AUTHORITY}, ("identity",)),
    "a guardian with papers and a document": (
        K.ACCESS,
        A.GUARDIAN,
        {E.AUTHORITY, E.DOCUMENT},
        (),
    ),
    "an agent cannot even say stop without papers": (K.STOP_ASKING, A.AGENT, set(), ("authority",)),
    "a code at the counter is enough for all": (K.ERASURE, A.SELF, {E.COUNTER_CODE}, ()),
    "a code to a mailbox proves the mailbox once, signed in or not": (
        K.ACCESS,
        A.SELF,
        {E.SHARED_CONTACT_CODE, E.SIGNED_IN},
        (),
    ),
}


@pytest.mark.parametrize("story", PROOF)
def test_proof_is_in_proportion(story: str) -> None:
    kind, asker, evidence, missing = PROOF[story]
    assert judge_proof(kind, asker, evidence).missing == missing


@pytest.mark.parametrize("kind", RequestKind)
def test_what_discloses_sensitive_data_needs_more(kind: RequestKind) -> None:
    plain = judge_proof(kind, A.SELF, {E.SIGNED_IN}).enough
    sensitive = judge_proof(kind, A.SELF, {E.SIGNED_IN}, sensitive=True).enough
    assert plain
    assert sensitive is (kind not in DISCLOSING)
    assert judge_proof(kind, A.SELF, {E.SIGNED_IN, E.KNOWLEDGE}, sensitive=True).enough


def _event(kind: RequestEventKind, code: str = "", **more: object) -> RequestEvent:
    return RequestEvent(kind, AT, code, **more)  # type: ignore[arg-type]


def _reachable(state: RequestState, kind: RequestEventKind) -> list[RequestEvent]:
    """Return the events of a kind that the actions would let happen in a state."""
    stage, steps = state.stage, sorted(state.open_steps)
    match kind:
        case RequestEventKind.CONFIRMED:
            return [] if state.confirmed else [_event(kind)]
        case RequestEventKind.PROVED:
            return [
                _event(kind, each.value) for each in ProofEvidence if each not in state.evidence
            ]
        case RequestEventKind.PLANNED:
            return [_event(kind, facts={"steps": facts}) for facts in _plans(state)]
        case RequestEventKind.STEP_DONE | RequestEventKind.STEP_RETRIED:
            return [_event(kind, system=name, verb=verb.value) for name, verb in steps]
        case RequestEventKind.STEP_NEEDS_PERSON:
            return [_event(kind, "gave_up", system=name, verb=verb) for name, verb in steps]
        case RequestEventKind.REVIEWED:
            return [_event(kind)] if stage is RequestStage.REVIEWING else []
        case RequestEventKind.PAUSED:
            return [_event(kind, "identity"), _event(kind, "fee", until=DUE)]
        case RequestEventKind.ANSWERED:
            return [_event(kind, "done")] if stage is RequestStage.READY else []
        case RequestEventKind.RECEIVED:
            return []
        case _:
            return [_event(kind)]


def _plans(state: RequestState) -> list[list[list[str]]]:
    if state.stage is not RequestStage.WORKING:
        return []
    verb = StepVerb.FIND if state.reviewed_at is None else StepVerb.ERASE
    return [[], [["shop", verb.value]], [["shop", verb.value], ["crm", verb.value]]]


@given(
    st.sampled_from(RequestKind),
    st.sampled_from(Asker),
    st.sampled_from(RequestChannel),
    st.data(),
)
def test_every_state_that_can_be_reached_has_a_next_move(
    kind: RequestKind, asker: Asker, channel: RequestChannel, data: st.DataObject
) -> None:
    events = [_event(RequestEventKind.RECEIVED)]
    for _ in range(data.draw(st.integers(0, 14))):
        state = fold_events(kind, asker, channel, events)
        move = next_move(state, due=DUE)
        assert (move is None) == state.closed
        if may_run(state):
            assert move is not None
            assert move.mover == "worker"
        if state.runnable and not state.closed:
            assert state.confirmed
            assert state.proof.enough, "nothing runs for anybody unproved"
        choices = [each for kind_ in RequestEventKind for each in _reachable(state, kind_)]
        if state.closed or not choices:
            return
        events.append(data.draw(st.sampled_from(choices)))


def test_an_erasure_is_looked_at_before_anything_goes() -> None:
    events = [_event(RequestEventKind.RECEIVED), _event(RequestEventKind.PROVED, E.SIGNED_IN)]

    def stage(*more: RequestEvent) -> RequestStage:
        events.extend(more)
        return fold_events(K.ERASURE, A.SELF, RequestChannel.PORTAL, events).stage

    def done(verb: StepVerb) -> RequestEvent:
        return _event(RequestEventKind.STEP_DONE, system="shop", verb=verb)

    planned = RequestEventKind.PLANNED
    assert stage() is RequestStage.WORKING
    assert stage(_event(planned, facts={"steps": [["shop", "find"]]})) is RequestStage.WORKING
    assert stage(done(StepVerb.FIND)) is RequestStage.REVIEWING
    stage(_event(planned, facts={"steps": [["shop", "dry_run"]]}))
    assert stage(done(StepVerb.DRY_RUN)) is RequestStage.REVIEWING
    assert stage(_event(RequestEventKind.REVIEWED)) is RequestStage.WORKING
    stage(_event(planned, facts={"steps": [["shop", "erase"]]}))
    assert stage(done(StepVerb.ERASE)) is RequestStage.READY
    assert stage(_event(RequestEventKind.ANSWERED, "done")) is RequestStage.ANSWERED
    # After a restore the system is asked again, and the request is open for as long as it takes.
    again = _event(RequestEventKind.STEP_RETRIED, system="shop", verb="erase")
    assert stage(again) is RequestStage.WORKING
    assert stage(done(StepVerb.ERASE)) is RequestStage.ANSWERED


def test_what_came_by_mail_is_a_proposal_until_a_person_confirms_it() -> None:
    events = [_event(RequestEventKind.RECEIVED), _event(RequestEventKind.PROVED, E.DOCUMENT)]
    asked = (K.ERASURE, A.SELF, RequestChannel.EMAIL)
    assert fold_events(*asked, events).stage is RequestStage.CONFIRMING
    events.append(_event(RequestEventKind.CONFIRMED))
    assert fold_events(*asked, events).stage is RequestStage.WORKING
