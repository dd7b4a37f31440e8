"""The life of a request: what its events come to, and that something always comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.connectors.own import KEY as OWN
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
            plans = [] if state.planned or stage is not RequestStage.WORKING else _PLANS
            return [_event(kind, facts={"steps": steps}) for steps in plans]
        case RequestEventKind.STEP_DONE | RequestEventKind.STEP_RETRIED:
            return [
                _event(kind, system=name, verb=verb.value, facts={"records": records})
                for name, verb in steps
                for records in (0, 2)
            ]
        case RequestEventKind.STEP_NEEDS_PERSON:
            return [_event(kind, "gave_up", system=name, verb=verb) for name, verb in steps]
        case RequestEventKind.REVIEWED:
            return [_event(kind)] if stage is RequestStage.REVIEWING else []
        case RequestEventKind.PAUSED:
            return [_event(kind, "identity"), _event(kind, "fee", until=DUE)]
        case RequestEventKind.PACK_ORDERED:
            waits = (RequestStage.REVIEWING, RequestStage.READY, RequestStage.BY_HAND)
            ready = stage in waits
            return [_event(kind, "link")] if ready and state.kind in DISCLOSING else []
        case (
            RequestEventKind.PACK_MADE
            | RequestEventKind.PACK_FAILED
            | RequestEventKind.PART_ANSWERED
        ):
            return [_event(kind)] if state.makes_pack else []
        case RequestEventKind.ANSWERED:
            return [_event(kind, "done")] if stage is RequestStage.READY else []
        case RequestEventKind.RECEIVED:
            return []
        case _:
            return [_event(kind)]


_PLANS = [[], [[OWN, "find"]], [[OWN, "find"], ["crm", "find"]]]


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
            works = state.runnable or state.makes_pack
            assert works or not state.open_steps, "nothing waits for itself"
        if state.runnable and not state.closed:
            assert state.confirmed
            assert state.proof.enough, "nothing runs for anybody unproved"
        if not state.planned and state.stage is RequestStage.REVIEWING:
            assert kind is K.HUMAN_REVIEW
        choices = [each for kind_ in RequestEventKind for each in _reachable(state, kind_)]
        if state.closed or not choices:
            return
        events.append(data.draw(st.sampled_from(choices)))


def test_an_erasure_is_looked_at_before_anything_goes() -> None:
    events = [_event(RequestEventKind.RECEIVED), _event(RequestEventKind.PROVED, E.SIGNED_IN)]

    def stage(*more: RequestEvent) -> RequestStage:
        events.extend(more)
        return fold_events(K.ERASURE, A.SELF, RequestChannel.PORTAL, events).stage

    def done(system: str, verb: StepVerb, records: int = 1) -> RequestEvent:
        facts = {"records": records}
        return _event(RequestEventKind.STEP_DONE, system=system, verb=verb, facts=facts)

    plan = [[name, "find"] for name in (OWN, "shop", "crm")]
    stage(_event(RequestEventKind.PLANNED, facts={"steps": plan}))
    stage(done(OWN, StepVerb.FIND), done("shop", StepVerb.FIND), done("crm", StepVerb.FIND, 0))
    assert stage(done("shop", StepVerb.DRY_RUN)) is RequestStage.WORKING
    assert stage(done(OWN, StepVerb.DRY_RUN)) is RequestStage.REVIEWING
    assert stage(_event(RequestEventKind.REVIEWED)) is RequestStage.WORKING
    state = fold_events(K.ERASURE, A.SELF, RequestChannel.PORTAL, events)
    assert state.runnable == {("shop", StepVerb.ERASE)}, "our own goes last, crm holds nothing"
    assert stage(done("shop", StepVerb.ERASE)) is RequestStage.WORKING
    assert stage(done(OWN, StepVerb.ERASE)) is RequestStage.READY
    assert stage(_event(RequestEventKind.ANSWERED, "done")) is RequestStage.ANSWERED
    # After a restore the system is asked again, and the request is open for as long as it takes.
    for verb in (StepVerb.FIND, StepVerb.ERASE):
        again = _event(RequestEventKind.STEP_RETRIED, system="shop", verb=verb)
        assert stage(again) is RequestStage.WORKING
    stage(done("shop", StepVerb.FIND), done("shop", StepVerb.DRY_RUN, 0))
    assert stage(done("shop", StepVerb.ERASE, 0)) is RequestStage.ANSWERED


def test_our_own_erasure_waits_for_a_person_who_erases_elsewhere() -> None:
    find, erase = StepVerb.FIND, StepVerb.ERASE
    facts = {"records": 1}
    events = [
        _event(RequestEventKind.RECEIVED),
        _event(RequestEventKind.PROVED, E.SIGNED_IN),
        _event(RequestEventKind.PLANNED, facts={"steps": [[OWN, "find"], ["desk", "find"]]}),
        *(
            _event(RequestEventKind.STEP_DONE, system=name, verb=verb, facts=facts)
            for name in (OWN, "desk")
            for verb in (find, StepVerb.DRY_RUN)
        ),
        _event(RequestEventKind.REVIEWED),
        _event(RequestEventKind.STEP_NEEDS_PERSON, "no_verb", system="desk", verb=erase),
    ]
    state = fold_events(K.ERASURE, A.SELF, RequestChannel.PORTAL, events)
    assert (state.stage, state.runnable) == (RequestStage.BY_HAND, frozenset())


def test_what_came_by_mail_is_a_proposal_until_a_person_confirms_it() -> None:
    events = [_event(RequestEventKind.RECEIVED), _event(RequestEventKind.PROVED, E.DOCUMENT)]
    asked = (K.ERASURE, A.SELF, RequestChannel.EMAIL)
    assert fold_events(*asked, events).stage is RequestStage.CONFIRMING
    events.append(_event(RequestEventKind.CONFIRMED))
    assert fold_events(*asked, events).stage is RequestStage.WORKING
