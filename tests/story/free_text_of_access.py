"""As ``free_text.py``: emergencies, concerns about a use, and questions about everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from aboveboard.access import actions as access
from aboveboard.access.concerns import actions as concerns
from aboveboard.access.concerns.queries import open_concerns
from aboveboard.access.concerns.reading import read_words
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.contactable import asking
from aboveboard.access.emergency import actions as emergency
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.usage import UsageQuestion, disclose_usage
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.promise.queries import in_force
from tests import world
from tests.accounts.people import staff_member
from tests.story.free_text import Call, Case, Stage, subjects


def _break_glass(stage: Stage, text: str) -> Iterator[Call]:
    account = staff_member(Role.ADVISER, email=f"{next(stage.numbers)}@staff.example")
    by = Actor(ActorKind.STAFF, str(account.pk), Role.ADVISER, "Shop")
    ada = Subject(kind="email", value=stage.row["email"])
    go = partial(emergency.break_glass, why=EmergencyGround.LIFE_IN_DANGER, by=by, at=stage.now)
    yield partial(go, ada, ("phone",), reference=text)
    yield partial(go, ada, ("phone",), note=text)
    yield partial(go, ada, (text,))
    for subject in subjects(text):
        yield partial(go, subject, ("phone",), reference=text)


def _raise(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(concerns.raise_concern, stage.ada, None, Concern.OTHER)
    yield partial(go, words=text, by=CUSTOMER, at=stage.now)


def _another_day(stage: Stage) -> datetime:
    """Of concerns only so many are taken in a day."""
    return stage.now + timedelta(days=2 * next(stage.numbers))


def _raised(stage: Stage) -> tuple[int, Actor]:
    """Return the number of a concern that waits, and who has taken it."""
    account = staff_member(Role.PRIVACY_LEAD, email=f"{next(stage.numbers)}@staff.example")
    lead = Actor(ActorKind.STAFF, str(account.pk), Role.PRIVACY_LEAD, "Head office")
    ask = UseRequest(world.ADVISER, "answer-contact", ("email",), "phone", Subject(stage.ada))
    about = access.use(ask, at=stage.now).entry_id
    entry = concerns.raise_concern(
        stage.ada, about, Concern.OTHER, words="Why?", by=CUSTOMER, at=_another_day(stage)
    )
    (number,) = (each.id for each in open_concerns() if each.entry_id == entry)
    concerns.take(number, by=lead, at=stage.now)
    return number, lead


def _answer(stage: Stage, text: str) -> Iterator[Call]:
    number, lead = _raised(stage)
    yield partial(concerns.answer, number, ConcernVerdict.RIGHT, text, by=lead, at=stage.now)


def _read_words(stage: Stage, text: str) -> Iterator[Call]:
    number, lead = _raised(stage)
    go = partial(read_words, number, by=lead, at=stage.now)
    yield partial(go, "answer-contact", ("email",), "portal")
    yield partial(go, text, ("email",), "portal")
    yield partial(go, "answer-contact", (text,), "portal")
    yield partial(go, "answer-contact", ("email",), text)


def _ask_contactable(stage: Stage, text: str) -> Iterator[Call]:
    ask = partial(UseRequest, world.OFFERS)
    for request in (
        ask("personal-offers", ("email",), "email", reference=text),
        ask("personal-offers", (text,), "email"),
        ask("personal-offers", ("email",), text),
        ask(text, ("email",), "email"),
    ):
        yield partial(asking.ask, request, stage.folder, **stage.said)


def _disclose(stage: Stage, text: str) -> Iterator[Call]:
    ada = Subject(kind="email", value=stage.row["email"])
    for subject in (ada, *subjects(text)):
        question = UsageQuestion(subject, text, None, None, offset=0, limit=10)
        yield partial(disclose_usage, in_force().promise, question, **stage.said)


CASES: dict[Callable[..., object], Case] = {
    emergency.break_glass: _break_glass,
    concerns.raise_concern: _raise,
    concerns.answer: _answer,
    read_words: _read_words,
    asking.ask: _ask_contactable,
    disclose_usage: _disclose,
}
