"""What is said twice is written once: a second click, a second try of a program, the same answer by
two people. Each public action either changes nothing the second time (and says so, or refuses), or
each call is a deed of its own, for the reason that stands here."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from aboveboard.access.concerns import actions as concerns
from aboveboard.access.concerns.queries import open_concerns
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.emergency.review import review
from aboveboard.access.models import EmergencyUse
from aboveboard.access.use import Subject
from aboveboard.accounts import actions as accounts
from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, Role
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.package import gathered
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import actions as custody
from aboveboard.custody.terms import DeviceDisposal, DeviceKind, EncryptionState
from aboveboard.delivery import correspondence
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.identity import actions as identity
from aboveboard.identity import distinct
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import taking_back
from aboveboard.incidents.terms import IncidentState
from aboveboard.intake import erased, held_back, notes
from aboveboard.intake.changes import HeldBackState, NoteState
from aboveboard.intake.models import ErasedPerson, FieldNote
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention import erasing
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.rights import correction
from aboveboard.vault.entries import ErasureReason
from aboveboard.vault.field_erasure import erase_fields
from tests.accounts.people import service_client, staff_member
from tests.intake.strangers import held_back_row
from tests.loss import CLOSING
from tests.story.repeated import A_DEED_EACH, DECIDES_ONLY, ELSEWHERE
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    """Two customers, and who acts."""

    one: int
    other: int
    row: dict[str, str]

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts, and when: never at the same moment."""
        return {"by": ADVISER, "at": clock.now()}


Ready = Callable[[World], Callable[[], object]]

ASKED: dict[str, Ready] = {}
"""Of each action, what makes a world ready for it and returns the call that is made twice."""


def twice(name: str) -> Callable[[Ready], Ready]:
    """Keep what makes a world ready for an action."""

    def keep(ready: Ready) -> Ready:
        ASKED[name] = ready
        return ready

    return keep


@pytest.fixture
def world() -> World:
    (one, row), (other, _) = load(2)
    return World(one, other, row)


def public_actions() -> Iterator[str]:
    """Yield every public function that says who acts."""
    for package in gathered():
        for name in package.public:
            module = importlib.import_module(f"aboveboard.{package.name}.{name}")
            for function, code in inspect.getmembers(module, inspect.isfunction):
                own = code.__module__ == module.__name__ and not function.startswith("_")
                if own and "by" in inspect.signature(code).parameters:
                    yield f"{package.name}.{name}.{function}"


def test_of_every_public_action_it_is_said_what_a_second_call_does() -> None:
    known = [*ASKED, *ELSEWHERE, *A_DEED_EACH, *DECIDES_ONLY]
    assert sorted(known) == sorted(public_actions())


@twice("delivery.correspondence.instruct")
def _(world: World) -> Callable[[], object]:
    why = CorrespondenceReason.CHILD
    to = "parent@example.org"
    return lambda: correspondence.instruct(world.one, why, instead=to, **world.acting)


@twice("delivery.correspondence.end")
def _(world: World) -> Callable[[], object]:
    correspondence.instruct(world.one, CorrespondenceReason.ASKED, instead=None, **world.acting)
    return lambda: correspondence.end(world.one, **world.acting)


@twice("rights.correction.correct")
def _(world: World) -> Callable[[], object]:
    return lambda: correction.correct(
        world.one, "first_name", "Adaline", channel="phone", **world.acting
    )


@twice("choices.actions.choose")
def _(world: World) -> Callable[[], object]:
    answer = {"answer": ChoiceAnswer.NO, "channel": "phone", "evidence": "call:417"}
    return lambda: choose(world.one, "personal-offers", **answer, **world.acting)


@twice("retention.actions.place_hold")
def _(world: World) -> Callable[[], object]:
    case = {"reference": "case/1", "until": None}
    return lambda: retention.place_hold(world.one, HoldReason.CLAIM, **case, **world.acting)


@twice("retention.actions.release_hold")
def _(world: World) -> Callable[[], object]:
    case = {"reference": "case/1", "until": None}
    hold = retention.place_hold(world.one, HoldReason.CLAIM, **case, **world.acting)
    return lambda: retention.release_hold(hold.id, reference="ruling/1", **world.acting)


@twice("retention.actions.restrict")
def _(world: World) -> Callable[[], object]:
    why = RestrictionReason.UNLAWFUL
    return lambda: retention.restrict(world.one, why, reference="case/1", **world.acting)


@twice("retention.actions.lift_restriction")
def _(world: World) -> Callable[[], object]:
    why = RestrictionReason.UNLAWFUL
    row = retention.restrict(world.one, why, reference="case/1", **world.acting)
    return lambda: retention.lift_restriction(row.id, notice="letter/1", **world.acting)


@twice("retention.erasing.erase")
def _(world: World) -> Callable[[], object]:
    return lambda: erasing.erase(world.one, ErasureReason.ASKED, **world.acting)


@twice("vault.field_erasure.erase_fields")
def _(world: World) -> Callable[[], object]:
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    return lambda: erase_fields(world.one, {"phone"}, kinds=kinds, reason="asked", **world.acting)


def laptop(world: World) -> int:
    kind, encrypted = DeviceKind.LAPTOP, EncryptionState.NO
    return custody.register_device(
        kind=kind, name="Laptop", tag="A-1", encrypted=encrypted, **world.acting
    ).id


@twice("custody.actions.hand_over")
def _(world: World) -> Callable[[], object]:
    device, holder = laptop(world), staff_member(Role.ADVISER).pk
    return lambda: custody.hand_over(device, to=holder, **world.acting)


@twice("custody.actions.report_missing")
def _(world: World) -> Callable[[], object]:
    device = laptop(world)
    return lambda: custody.report_missing(device, **world.acting)


@twice("custody.actions.report_found")
def _(world: World) -> Callable[[], object]:
    device = laptop(world)
    custody.report_missing(device, **world.acting)
    return lambda: custody.report_found(device, **world.acting)


@twice("custody.actions.retire")
def _(world: World) -> Callable[[], object]:
    device, how = laptop(world), next(iter(DeviceDisposal))
    return lambda: custody.retire(device, how=how, **world.acting)


@twice("incidents.actions.report_loss")
def _(world: World) -> Callable[[], object]:
    device = laptop(world)
    return lambda: incidents.report_loss(device, note="", **world.acting)


def incident(world: World) -> int:
    return incidents.open_other(title="Letters", note="Mixed up.", **world.acting).number


@twice("incidents.actions.change")
def _(world: World) -> Callable[[], object]:
    number, title = incident(world), "Letters of October"
    return lambda: incidents.change(number, title=title, **world.acting)


@twice("incidents.actions.contain")
def _(world: World) -> Callable[[], object]:
    return partial(lambda number: incidents.contain(number, **world.acting), incident(world))


@twice("incidents.actions.close")
def _(world: World) -> Callable[[], object]:
    close = partial(incidents.close, incident(world), review=CLOSING)
    return lambda: close(**world.acting)


@twice("incidents.actions.reopen")
def _(world: World) -> Callable[[], object]:
    incidents.contain(number := incident(world), **world.acting)
    return lambda: incidents.reopen(number, words="Again.", **world.acting)


@twice("incidents.actions.note")
def _(world: World) -> Callable[[], object]:
    note = partial(incidents.note, incident(world), "The police were told.")
    return lambda: note(**world.acting)


@twice("incidents.taking_back.take_back_state")
def _(world: World) -> Callable[[], object]:
    number = incident(world)
    incidents.contain(number, **world.acting)
    incidents.close(number, review=CLOSING, **world.acting)
    return lambda: taking_back.take_back_state(number, IncidentState.CLOSED, **world.acting)


@twice("incidents.actions.publish")
def _(world: World) -> Callable[[], object]:
    return partial(lambda number: incidents.publish(number, **world.acting), incident(world))


@twice("identity.actions.merge")
def _(world: World) -> Callable[[], object]:
    case = {"chosen": {}, "reference": "case/1"}
    return lambda: identity.merge(world.one, world.other, **case, **world.acting)


@twice("identity.distinct.distinguish")
def _(world: World) -> Callable[[], object]:
    return lambda: distinct.distinguish(world.one, world.other, **world.acting)


@twice("identity.distinct.withdraw_distinction")
def _(world: World) -> Callable[[], object]:
    distinct.distinguish(world.one, world.other, **world.acting)
    return lambda: distinct.withdraw_distinction(world.other, world.one, **world.acting)


@twice("identity.actions.split")
def _(world: World) -> Callable[[], object]:
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    case = {"chosen": {}, "reference": "case/1"}
    merged = identity.merge(world.one, world.other, **case, **world.acting)
    return lambda: identity.split(merged.id, kinds=kinds, reference="case/2", **world.acting)


@twice("intake.erased.readmit")
def _(world: World) -> Callable[[], object]:
    erasing.erase(world.one, ErasureReason.ASKED, **world.acting)
    erasure = ErasedPerson.objects.get().pk
    return lambda: erased.readmit(erasure, reference="form/1", **world.acting)


@twice("intake.erased.undo_readmission")
def _(world: World) -> Callable[[], object]:
    erasing.erase(world.one, ErasureReason.ASKED, **world.acting)
    erased.readmit(ErasedPerson.objects.get().pk, reference="form/1", **world.acting)
    return lambda: erased.undo_readmission(ErasedPerson.objects.get().pk, **world.acting)


@twice("intake.held_back.decide")
def _(world: World) -> Callable[[], object]:
    return partial(held_back.decide, held_back_row().pk, HeldBackState.KEEP_OUT, **world.acting)


@twice("intake.held_back.undo")
def _(world: World) -> Callable[[], object]:
    number = held_back_row().pk
    held_back.decide(number, HeldBackState.KEEP_OUT, **world.acting)
    return lambda: held_back.undo(number, **world.acting)


@twice("intake.notes.answer_difference")
def _(world: World) -> Callable[[], object]:
    number = FieldNote.objects.create(
        person_id=world.one, field="email", state="asked", at=clock.now()
    ).pk
    return lambda: notes.answer_difference(number, NoteState.KEEP, **world.acting)


@twice("accounts.actions.change_role")
def _(world: World) -> Callable[[], object]:
    number = staff_member(Role.ADVISER).pk
    role = Role.INCIDENT_LEAD
    return lambda: accounts.change_role(number, role=role, **world.acting)


@twice("accounts.actions.close")
def _(world: World) -> Callable[[], object]:
    return partial(lambda number: accounts.close(number, **world.acting), staff_member().pk)


@twice("accounts.clients.actions.revoke_client")
def _(world: World) -> Callable[[], object]:
    client, _ = service_client()
    return lambda: revoke_client(client.pk, **world.acting)


@twice("access.emergency.review.review")
def _(world: World) -> Callable[[], object]:
    asked = (Subject(kind="email", value=world.row["email"]), ("phone",))
    by, ground = actor_for(staff_member(Role.ADVISER)), EmergencyGround.MISSING_PERSON
    break_glass(*asked, ground, by=by, at=clock.now())
    number = EmergencyUse.objects.get().pk
    return lambda: review(number, ReviewVerdict.JUSTIFIED, **world.acting)


@twice("access.concerns.actions.raise_concern")
def _(world: World) -> Callable[[], object]:
    choose(
        world.one,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:1",
        **world.acting,
    )
    about = Entry.objects.latest("id").pk
    raised = partial(concerns.raise_concern, world.one, about, Concern.OTHER, by=CUSTOMER)
    return lambda: raised(at=clock.now())


@twice("access.concerns.actions.take")
def _(world: World) -> Callable[[], object]:
    number, lead = _concern(world)
    return lambda: concerns.take(number, by=lead, at=clock.now())


@twice("access.concerns.actions.hand_over")
def _(world: World) -> Callable[[], object]:
    number, lead = _concern(world)
    concerns.take(number, by=lead, at=clock.now())
    other = staff_member(Role.PRIVACY_LEAD, email="mo@staff.example").pk
    return lambda: concerns.hand_over(number, to=other, by=lead, at=clock.now())


@twice("access.concerns.actions.answer")
def _(world: World) -> Callable[[], object]:
    number, lead = _concern(world)
    concerns.take(number, by=lead, at=clock.now())
    verdict = next(iter(ConcernVerdict))
    return lambda: concerns.answer(number, verdict, "We looked.", by=lead, at=clock.now())


def _concern(world: World) -> tuple[int, Actor]:
    """Raise one, and return its number and who may answer it."""
    concerns.raise_concern(world.one, None, Concern.OTHER, by=CUSTOMER, at=clock.now())
    return open_concerns()[0].id, actor_for(staff_member(Role.PRIVACY_LEAD))


@pytest.mark.parametrize("name", ASKED)
def test_what_is_said_twice_is_written_once(name: str, world: World) -> None:
    call = ASKED[name](world)
    call()
    written = Entry.objects.count()
    # It may refuse, and then it says that it was done; or it answers, and nothing was written.
    with suppress(Conflict, NotFound):
        call()
    kinds = Entry.objects.order_by("id").values_list("kind", flat=True)[written:]
    assert list(kinds) == []
