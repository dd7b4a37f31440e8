"""As ``free_text.py``: requests of people for their own data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from aboveboard.access.use import Subject
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.connectors import actions as systems
from aboveboard.connectors.contract import Identifier
from aboveboard.connectors.own import KEY
from aboveboard.rights.pack import assembling, preparing, release, reviewing
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.reviewing import MentionDecision
from aboveboard.rights.pack.seal import NO_SEAL, make_keys
from aboveboard.rights.requests import actions, programs, proving, visitors
from aboveboard.rights.requests.programs import ProgramRequest
from aboveboard.rights.requests.terms import (
    Answer,
    ExtensionReason,
    NewRequest,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestDetails,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import advance, by_hand
from aboveboard.rights.running.by_hand import HandAnswer
from tests import world
from tests.connectors.declared import BY_HAND
from tests.rights.pack_samples import facts, record
from tests.story.free_text import Call, Case, Stage


def _asked(stage: Stage, kind: RequestKind = RequestKind.ACCESS, text: str = "") -> int:
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=stage.now,
        person_id=stage.ada,
        details=RequestDetails(
            identifiers=(Identifier("email", Personal(text)),), words=Personal(text)
        ),
    )
    return actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=stage.now)


def _elsewhere(stage: Stage, text: str) -> None:
    """Somebody whose country is no country is refused, and nothing of it is written."""
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.API,
        received_at=stage.now,
        jurisdiction=text,
    )
    with suppress(AboveboardError):
        actions.ask(new, by=CUSTOMER, at=stage.now)


def _with_words(action: Callable[..., object], *before: object) -> Case:
    def case(stage: Stage, text: str) -> Iterator[Call]:
        number = _asked(stage, text=text)
        yield partial(_elsewhere, stage, text)
        yield partial(action, number, *before, text, by=world.ADVISER, at=stage.now)

    return case


def _reviewed(stage: Stage, text: str) -> Iterator[Call]:
    number = _asked(stage, RequestKind.HUMAN_REVIEW, text)
    yield partial(actions.review, number, words=text, by=world.ADVISER, at=stage.now)
    yield partial(actions.answer, number, Answer.DONE, words=text, by=world.ADVISER, at=stage.now)


def _code(stage: Stage, text: str) -> Iterator[Call]:
    number = _asked(stage, text=text)
    use, by = proving.CodeUse.COUNTER, world.ADVISER
    yield partial(proving.prove_by_code, number, use, text, by=CUSTOMER, at=stage.now)
    code = proving.make_code(number, use, evidence=ProofEvidence.COUNTER_CODE, by=by, at=stage.now)
    yield partial(proving.prove_by_code, number, use, code, by=CUSTOMER, at=stage.now)


def _by_program(stage: Stage, text: str) -> Iterator[Call]:
    by = Actor(ActorKind.SERVICE, "1", "shop-system")
    scope = ClientScope(frozenset(), frozenset(), rights=frozenset({"request:access"}))
    for subject in (Subject(kind="email", value=text), Subject(kind="email", value="u@e.example")):
        new = ProgramRequest(
            kind=RequestKind.ACCESS,
            subject=subject,
            jurisdiction=text if subject.value == text else "",
            name=Personal(text),
            words=Personal(text),
            purpose=text if subject.value == text else "",
        )
        yield partial(programs.ask, new, scope=scope, agent=text, by=by, at=stage.now)
        yield partial(programs.ask, new, scope=scope, by=by, at=stage.now)
    number = programs.requests_of_program(program=by, at=stage.now)[0].id
    yield partial(programs.prove, number, text, by=by, at=stage.now)
    yield partial(visitors.prove, number, text, by=by, at=stage.now)
    yield partial(visitors.send_code, number, "u@e.example", language=text, by=by, at=stage.now)


def _by_hand(stage: Stage, text: str) -> Iterator[Call]:
    number, by = _asked(stage, text=text), world.ADVISER
    given = HandAnswer(records=0, words=text)
    for system in (text, KEY):
        go = partial(by_hand.answer_step, number, system, StepVerb.FIND, given)
        yield partial(go, by=by, at=stage.now)
        yield partial(by_hand.try_again, number, system, StepVerb.FIND, by=by, at=stage.now)
        yield partial(by_hand.decide_matches, number, system, [0], words=text, by=by, at=stage.now)
    yield partial(actions.withdraw, number, by=by, at=stage.now)


def _evidence(stage: Stage, text: str) -> Iterator[Call]:
    """The step is answered, so that there is evidence to open."""
    systems.declare(BY_HAND.format(key="cabinet", name=text), name="cabinet.yaml", **stage.said)
    number, step = _asked(stage, text=text), ("cabinet", StepVerb.FIND)
    advance.run_request({"request": number})
    scan = by_hand.EvidenceDocument(Personal(text), "application/pdf", [b"%PDF-1"])
    given = HandAnswer(records=0, words=text, document=scan)
    by_hand.answer_step(number, *step, given, **stage.said)
    yield partial(by_hand.open_evidence, number, *step, **stage.said)
    yield partial(by_hand.open_evidence, number, text, StepVerb.FIND, **stage.said)


def _pack(stage: Stage, text: str) -> Iterator[Call]:
    number, by = _asked(stage, text=text), world.ADVISER
    answers: reviewing.CollectedAnswers = {"shop": lambda: iter([record("tickets", note=text)])}
    own = (Personal(text),)
    yield partial(reviewing.show, number, text, by=by, at=stage.now)
    keys = make_keys(NO_SEAL)
    yield partial(release.build, number, facts(), answers, own, keys=keys, by=by, at=stage.now)
    token = Personal(f"{number}.{text}")
    yield partial(release.open_link, token, person_id=stage.ada, code=text, by=by, at=stage.now)
    typed = Personal(text)
    fetch = partial(release.open_signed_in, number, stage.ada, passphrase=typed)
    yield partial(fetch, by=CUSTOMER, at=stage.now)
    yield partial(release.open_at_counter, number, text, by=by, at=stage.now)
    yield partial(release.destroy, number, release.PackEnd.FETCHED, by=by, at=stage.now)


def _prepared(stage: Stage, text: str) -> Iterator[Call]:
    number, by = _asked(stage, text=text), world.ADVISER
    yield partial(advance.run_request, {"request": number})
    for verdict in (MentionVerdict.DISCLOSE, MentionVerdict.BLACK_OUT):
        yield partial(_decide_all, number, verdict, stage)
        yield partial(preparing.order, number, words=text, by=by, at=stage.now)
        yield partial(advance.run_request, {"request": number})


def _decide_all(number: int, verdict: MentionVerdict, stage: Stage) -> None:
    answers, own = assembling.collected_answers(number), assembling.own_values(number)
    listed, _ = reviewing.list_others(number, answers, own)
    made = [MentionDecision(place, verdict) for each in listed for place in each.mentions.groups]
    reviewing.decide(number, made, by=world.ADVISER, at=stage.now)


CASES: dict[Callable[..., object], Case] = {
    actions.pause: _with_words(actions.pause, PauseReason.FEE),
    actions.extend: _with_words(actions.extend, ExtensionReason.COMPLEX),
    actions.refuse: _with_words(actions.refuse, RefusalGround.UNFOUNDED),
    actions.review: _reviewed,
    actions.answer: _reviewed,
    proving.prove_by_code: _code,
    programs.ask: _by_program,
    programs.prove: _by_program,
    visitors.prove: _by_program,
    visitors.send_code: _by_program,
    by_hand.answer_step: _by_hand,
    by_hand.try_again: _by_hand,
    by_hand.decide_matches: _by_hand,
    by_hand.open_evidence: _evidence,
    reviewing.show: _pack,
    preparing.order: _prepared,
    release.build: _pack,
    release.open_link: _pack,
    release.open_signed_in: _pack,
    release.open_at_counter: _pack,
}
