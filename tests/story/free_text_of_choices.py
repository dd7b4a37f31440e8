"""As ``free_text.py``: whom a person keeps out, how long something is kept, which address is
theirs, and what is decided about an objection."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices import actions as choices
from aboveboard.choices import addresses, bounding, confirming, lapsing
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.representation import deaths
from aboveboard.rights import confirming as letters
from aboveboard.third_parties import actions as third_parties
from tests.accounts.people import service_client
from tests.story.free_text import Call, Case, Stage


def _bound(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(bounding.set_boundary, stage.ada, **stage.said)
    yield partial(go, Boundary(BoundaryKind.TEAM, text), channel="phone", evidence="call/1")
    yield partial(go, Boundary(BoundaryKind.ROLE, text), channel="phone", evidence="call/1")
    yield partial(
        go, Boundary(BoundaryKind.KEEP, "personal-offers", text), channel="phone", evidence="call/1"
    )
    yield partial(go, Boundary(BoundaryKind.ROLE, "finance"), channel="phone", evidence=text)
    yield partial(
        bounding.lift_boundary,
        stage.ada,
        Boundary(BoundaryKind.ROLE, "finance"),
        channel=text,
        evidence="call/1",
        **stage.said,
    )


def _let_in(stage: Stage, text: str) -> Iterator[Call]:
    name = f"Fairwheel {secrets.token_hex(4)}"
    service_client(
        name=name, role="third-party", team="Fairwheel", purposes=["get-advice"], channels=["api"],
        rights=["third-party:consumer-advice"],
    )  # fmt: skip
    how = {"channel": "phone", "evidence": "call/1"} | stage.said
    day = stage.now.date() + timedelta(days=9)
    party, purpose = "consumer-advice", "get-advice"
    for act, last in ((third_parties.let_in, (day,)), (third_parties.end, ())):
        go = partial(act, stage.ada)
        yield partial(go, party, purpose, *last, **how)
        yield partial(go, text, purpose, *last, **how)
        yield partial(go, party, text, *last, **how)
        yield partial(go, party, purpose, *last, **how | {"channel": text})
        yield partial(go, party, purpose, *last, **how | {"evidence": text})


def _meet(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(choices.meet_objection, stage.ada, **stage.said)
    said = {"answer": ChoiceAnswer.NO, "channel": "portal", "evidence": "portal:1"}
    choices.choose(stage.ada, "improve-shops", **said, by=CUSTOMER, at=stage.now)
    yield partial(go, text, evidence="REQ-1")
    yield partial(go, "improve-shops", evidence=text)
    # Where the text is no reference, this is what is written.
    yield partial(go, "improve-shops", evidence="REQ-1")


def _confirm(stage: Stage, text: str) -> Iterator[Call]:
    collected = addresses.collected_at(stage.ada, "email")
    go = partial(confirming.confirm_address, stage.ada, **stage.said)
    yield partial(go, text, collected, channel="phone", evidence="letter:1")
    yield partial(go, "email", collected, channel=text, evidence="letter:1")
    yield partial(go, "email", collected, channel="phone", evidence=text)
    yield partial(letters.confirm_proved, stage.ada, text, **stage.said)


def _ask_again(stage: Stage, text: str) -> Iterator[Call]:
    said = {"answer": ChoiceAnswer.YES, "channel": "portal", "evidence": "portal:1"}
    choices.choose(stage.ada, "newsletter", **said, by=CUSTOMER, at=stage.now)
    yield partial(letters.ask_again, stage.ada, text, **stage.said)
    yield partial(letters.ask_again, stage.ada, "email", **stage.said)


def _let_lapse(stage: Stage, text: str) -> Iterator[Call]:
    for act in (lapsing.let_lapse, lapsing.let_stand_again):
        yield partial(act, stage.ada, evidence=text, **stage.said)


def _record_death(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(deaths.record_death, stage.ada, reference=text, **stage.said)


CASES: dict[Callable[..., object], Case] = {
    bounding.set_boundary: _bound,
    bounding.lift_boundary: _bound,
    third_parties.let_in: _let_in,
    third_parties.end: _let_in,
    choices.meet_objection: _meet,
    lapsing.let_lapse: _let_lapse,
    lapsing.let_stand_again: _let_lapse,
    deaths.record_death: _record_death,
    confirming.confirm_address: _confirm,
    letters.confirm_proved: _confirm,
    letters.ask_again: _ask_again,
}
