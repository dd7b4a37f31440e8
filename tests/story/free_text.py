"""Every action that takes words from outside, called with a text in each place that takes one: for
``test_nothing_personal_in_the_log.py``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aboveboard.access import actions as access
from aboveboard.access import lookup
from aboveboard.access.explain import person as explain
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.accounts import invitations
from aboveboard.accounts.limits import TEAM_DIGITS
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.choices import actions as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import actions as custody
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.delivery import contact_limits, correspondence
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.identity import actions as identity
from aboveboard.identity.choosing import RecordSide
from aboveboard.identity.models import MergedPerson
from aboveboard.incidents.notices import actions as notices
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import in_force
from aboveboard.recovery import actions as recovery
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.rights import correction
from aboveboard.vault import actions as vault
from aboveboard.vault import changing, field_erasure
from aboveboard.vault.documents import actions as documents
from aboveboard.vault.origin import ValueOrigin
from tests import world
from tests.accounts.people import staff_member
from tests.loss import LEAD, SECOND, lost_laptop

NO_FREE_TEXT = {
    "aboveboard.access.contactable.asking.decide_about_all": "decides, and writes nothing",
    "aboveboard.access.contactable.conditions.condition_rows": "reads, and writes nothing",
    "aboveboard.access.context.context_card": "decides, and the use before it has the entry",
    "aboveboard.access.sealed_uses.sealed_facts": "facts of a use, behind a key: use writes them",
    "aboveboard.access.decision.personal.refusals": "decides, and writes nothing",
    "aboveboard.credentials.reuse.actions.reset_reused": "a label of small letters and hyphens",
    "aboveboard.adoption.drafting.keep_text": "the entry has the digest of what was proposed",
    "aboveboard.adoption.drafting.start": "keeps a text, and writes no entry",
    "aboveboard.choices.actions.check": "refuses, and writes nothing",
    "aboveboard.choices.actions.check_source": "refuses, and writes nothing",
    "aboveboard.choices.state.can_confirm": "decides, and writes nothing",
    "aboveboard.choices.state.needs_confirmation": "decides, and writes nothing",
    "aboveboard.discovery.decisions.decide": "the entry has the digest of the declaration",
    "aboveboard.custody.exporting.write_sealed": "names of the promise, which refuses others",
    "aboveboard.campaigns.actions.bring": "words of the promise; what a file is called stays a row",
    "aboveboard.delivery.post.actions.acknowledge": "a digest that must be that of the parcel",
    "aboveboard.delivery.actions.requeue": "a reason that rows have; it writes no entry",
    "aboveboard.delivery.webhooks.actions.add": "the entry has a digest, and names of events",
    "aboveboard.delivery.webhooks.actions.pause": "the name of an endpoint, which must be there",
    "aboveboard.delivery.webhooks.actions.remove": "the name of an endpoint, which must be there",
    "aboveboard.delivery.webhooks.actions.resume": "the name of an endpoint, which must be there",
    "aboveboard.delivery.webhooks.actions.rotate": "the name of an endpoint, which must be there",
    "aboveboard.group.organisations.remove": "a key that a row has",
    "aboveboard.ledger.actions.append": "typed facts, as tests/basics/test_facts.py shows",
    "aboveboard.ledger.actions.new_entry": "typed facts, as tests/basics/test_facts.py shows",
    "aboveboard.keys.rotation.ceremony.recover": "the shares of a root key, which must open it",
    "aboveboard.keys.rotation.progress.begin": "words of the code, and it writes no entry",
    "aboveboard.ledger.actions.change_key": "keys of signed notes, which have that form",
    "aboveboard.recovery.restoring.replay.replay": "names of files, for the report alone",
    "aboveboard.recovery.versions.record_version": "words of the program, and a digest",
    "aboveboard.rights.requests.proving.redeem_code": "uses a code up, and writes no entry",
    "aboveboard.retention.sweep.erasing.erase": "a digest that must be that of a review",
}
"""Actions whose texts are none of the caller's own."""

Call = Callable[[], object]


class Stage:
    """Two customers, a laptop, a loss: what the actions need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (self.ada, self.row), (self.ben, self.ben_row), *_ = world.load(8)
        self.now = clock.now()
        self.said = {"by": world.ADVISER, "at": self.now}
        self.numbers = itertools.count()

    def device(self) -> int:
        return custody.register_device(
            kind=DeviceKind.LAPTOP,
            name="Laptop",
            tag=f"LT-{next(self.numbers)}",
            encrypted=EncryptionState.YES,
            **self.said,
        ).id

    def loss(self) -> int:
        return lost_laptop(
            [self.ada], self.folder, at=self.now, tag=f"LT-{next(self.numbers)}"
        ).number

    def batch(self) -> int:
        return notices.prepare(self.loss(), by=LEAD, at=self.now).id

    def approved(self) -> int:
        batch = self.batch()
        notices.approve(batch, by=SECOND, at=self.now)
        return batch

    @property
    def kinds(self) -> dict[str, str]:
        fields = in_force().promise.fields
        return {key: field.kind_and_format for key, field in fields.items()}

    def part(self) -> None:
        """Undo every merge, so that the two can be merged again."""
        for row in MergedPerson.objects.filter(split_at=None):
            identity.split(row.pk, kinds=self.kinds, reference="case/2", **self.said)

    def origin(self, channel: str = "phone", purpose: str = "answer-contact") -> ValueOrigin:
        return ValueOrigin(in_force().serial, self.now, channel, purpose)


Case = Callable[[Stage, str], Iterator[Call]]


def has_number(text: str) -> bool:
    """Whether a text cannot be the name of a team. Which team somebody acts for stands in the log
    in clear, as its administrator named it: that a name is a person's, no form can tell."""
    return "@" in text or sum(map(str.isdigit, text)) > TEAM_DIGITS


def _requests(stage: Stage, text: str) -> Iterator[UseRequest]:
    """Yield a use with the text in each of its places."""
    ask = partial(UseRequest, world.ADVISER)
    ada = Subject(stage.ada)
    yield ask("answer-contact", ("email",), "phone", ada, text)
    yield ask("personal-offers", ("email",), "phone", ada, text)  # refused: she never said yes
    yield ask(text, ("email",), "phone", ada)
    yield ask("answer-contact", (text,), "phone", ada)
    yield ask("answer-contact", ("email",), text, ada)


def subjects(text: str) -> Iterator[Subject]:
    for kind in ("email", "phone", "customer_number"):
        yield Subject(kind=kind, value=text)


def _use(stage: Stage, text: str) -> Iterator[Call]:
    for request in _requests(stage, text):
        yield partial(access.use, request, at=stage.now)


def _use_many(stage: Stage, text: str) -> Iterator[Call]:
    for request in _requests(stage, text):
        yield partial(_all_of, request, [stage.ada, 12345], stage.now)


def _all_of(request: UseRequest, person_ids: list[int], at: datetime) -> object:
    return list(access.use_many(request, person_ids, at=at))


def _use_each(stage: Stage, text: str) -> Iterator[Call]:
    for subject in (*subjects(text), Subject(kind="email", value=stage.row["email"])):
        for purpose in ("answer-contact", "personal-offers"):
            request = UseRequest(world.ADVISER, purpose, ("email",), "phone", subject, text)
            yield partial(access.use_each, [request], at=stage.now)


def _use_document(stage: Stage, text: str) -> Iterator[Call]:
    for request in _requests(stage, text):
        yield partial(access.use_document, request, at=stage.now)


def _would(stage: Stage, text: str) -> Iterator[Call]:
    for request in _requests(stage, text):
        yield partial(explain.explain_request, request, **stage.said)


def _choose(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(choices.choose, stage.ada, answer=ChoiceAnswer.NO, at=stage.now)
    for by in (world.ADVISER, Actor(ActorKind.PERSON, "", Role.CUSTOMER)):
        yield partial(go, "personal-offers", channel="phone", evidence=text, by=by)
        yield partial(go, "personal-offers", channel=text, evidence="call/1", by=by)
        yield partial(go, text, channel="phone", evidence="call/1", by=by)
        at_phone = partial(go, "personal-offers", channel="phone", evidence="call/1", by=by)
        yield partial(at_phone, contact=text)


def _choose_for(stage: Stage, text: str) -> Iterator[Call]:
    ada = Subject(kind="email", value=stage.row["email"])
    go = partial(lookup.record_choice, answer=ChoiceAnswer.NO, **stage.said)
    yield partial(go, ada, "personal-offers", channel="phone", evidence=text)
    yield partial(go, ada, text, channel="phone", evidence="call/1")
    yield partial(go, ada, "personal-offers", channel=text, evidence="call/1")
    at_phone = partial(go, ada, "personal-offers", channel="phone", evidence="call/1")
    yield partial(at_phone, contact=text)
    for subject in subjects(text):
        yield partial(go, subject, "personal-offers", channel="phone", evidence=text)


def _add_staff(
    stage: Stage, text: str, *, action: Callable[..., object] = accounts.add_staff
) -> Iterator[Call]:
    add = partial(action, role=Role.ADVISER, **stage.said)
    yield partial(add, email=f"{next(stage.numbers)}@staff.example", name=text, team="Shop")
    yield partial(add, email=text, name="Ina", team="Shop")
    if has_number(text):
        yield partial(add, email=f"{next(stage.numbers)}@staff.example", name="Ina", team=text)


def _invite(stage: Stage, text: str) -> Iterator[Call]:
    invite = partial(invitations.invite, role=Role.ADVISER, **stage.said)
    yield partial(invite, email=f"{next(stage.numbers)}@staff.example", name=text, team="Shop")
    yield partial(invite, email=text, name="Ina", team="Shop")
    yield partial(
        invite, email=f"{next(stage.numbers)}@staff.example", name="I", team="S", role=text
    )
    if has_number(text):
        yield partial(invite, email=f"{next(stage.numbers)}@staff.example", name="I", team=text)


def _change_role(stage: Stage, text: str) -> Iterator[Call]:
    account = staff_member(Role.ADVISER, email=f"{next(stage.numbers)}@staff.example")
    change = partial(accounts.change_role, account.pk, role=Role.PRIVACY_LEAD, **stage.said)
    yield change
    if has_number(text):
        yield partial(change, team=text)


def _merge(stage: Stage, text: str) -> Iterator[Call]:
    merge = partial(identity.merge, stage.ada, stage.ben, **stage.said)
    yield partial(merge, chosen={text: RecordSide.KEPT}, reference="case/1")
    stage.part()
    yield partial(merge, chosen={}, reference=text)
    stage.part()


def _split(stage: Stage, text: str) -> Iterator[Call]:
    row = identity.merge(stage.ada, stage.ben, chosen={}, reference="case/1", **stage.said)
    kinds = {**stage.kinds, text: text}
    yield partial(identity.split, row.id, kinds=kinds, reference=text, **stage.said)
    stage.part()


def _adopt(stage: Stage, text: str) -> Iterator[Call]:
    source = world.PROMISE_FILE.read_text("utf-8") + f"\n# {text}\n"
    yield partial(adopt_promise, source, name=text, by=SECOND, at=stage.now)


def _back_up(stage: Stage, text: str) -> Iterator[Call]:
    (stage.folder / text).mkdir()
    yield partial(recovery.back_up, stage.folder / text, **stage.said)


def _place_hold(stage: Stage, text: str) -> Iterator[Call]:
    until = stage.now + timedelta(days=9)
    place = partial(retention.place_hold, stage.ada, HoldReason.CLAIM, until=until, **stage.said)
    yield partial(place, reference=text)


def _release_hold(stage: Stage, text: str) -> Iterator[Call]:
    row = retention.place_hold(
        stage.ada,
        HoldReason.CLAIM,
        reference=f"case/{next(stage.numbers)}",
        until=None,
        **stage.said,
    )
    yield partial(retention.release_hold, row.id, reference=text, **stage.said)


def _restrict(stage: Stage, text: str) -> Iterator[Call]:
    why = next(iter(RestrictionReason))
    yield partial(retention.restrict, stage.ada, why, reference=text, **stage.said)


def _lift(stage: Stage, text: str) -> Iterator[Call]:
    why = next(iter(RestrictionReason))
    row = retention.restrict(stage.ada, why, reference=f"case/{next(stage.numbers)}", **stage.said)
    yield partial(retention.lift_restriction, row.id, notice=text, **stage.said)


def _correct(stage: Stage, text: str) -> Iterator[Call]:
    kinds = stage.kinds
    go = partial(vault.correct, stage.ada, **stage.said)
    yield partial(go, "first_name", text, kinds=kinds, origin=stage.origin())
    yield partial(go, text, "Ada", kinds={**kinds, text: "text"}, origin=stage.origin())
    for origin in (stage.origin(channel=text), stage.origin(purpose=text)):
        yield partial(go, "first_name", "Ada", kinds=kinds, origin=origin)


def _attach(stage: Stage, text: str) -> Iterator[Call]:
    def go(field: str = "purchase_proof", **origin: str) -> Call:
        return partial(
            documents.attach,
            stage.ada,
            field,
            [b"%PDF-"],
            name=text,
            kinds={field: "document"},
            origin=stage.origin(**origin),
            **stage.said,
        )

    yield go()
    yield go(text)
    yield go(channel=text)
    yield go(purpose=text)


def _instruct(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(correspondence.instruct, stage.ada, **stage.said)
    yield partial(go, CorrespondenceReason.REPRESENTED, instead=text)


def _protect(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(contact_limits.protect, stage.ada, (), reason=text, **stage.said)


def _put_right(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(correction.correct, stage.ada, **stage.said)
    yield partial(go, "first_name", text, channel="phone")
    yield partial(go, "email", text, channel="phone", proved=True)
    yield partial(go, text, "Ada", channel="phone")
    yield partial(go, "first_name", "Ada", channel=text)


def _replace(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(changing.replace, stage.ada, kinds=stage.kinds, **stage.said)
    both = {"first_name": text, "last_name": text}
    for origin in (stage.origin(), stage.origin(channel=text), stage.origin(purpose=text)):
        yield partial(go, both, origins=dict.fromkeys(both, origin))
    kinds = {**stage.kinds, text: "text"}
    yield partial(go, {text: "Ada"}, kinds=kinds, origins={text: stage.origin()})


def _put_several_right(stage: Stage, text: str) -> Iterator[Call]:
    go = partial(correction.correct_fields, stage.ada, **stage.said)
    yield partial(go, {"first_name": text, "city": text}, channel="phone")
    yield partial(go, {text: "Ada"}, channel="phone")
    yield partial(go, {"first_name": "Adam"}, channel=text)


def _erase_fields(stage: Stage, text: str) -> Iterator[Call]:
    kinds = stage.kinds
    go = partial(field_erasure.erase_fields, stage.ada, kinds=kinds, **stage.said)
    yield partial(go, {"first_name", text}, reason="asked")
    yield partial(go, {"last_name"}, reason=text)


def _erase(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(vault.erase, stage.ada, reason=text, **stage.said)
    yield partial(vault.erase, stage.ada, reason="asked", **stage.said)


CASES: dict[Callable[..., object], Case] = {
    access.use: _use,
    access.use_many: _use_many,
    access.use_each: _use_each,
    access.use_document: _use_document,
    explain.explain_request: _would,
    lookup.record_choice: _choose_for,
    accounts.add_staff: _add_staff,
    accounts.change_role: _change_role,
    invitations.invite: partial(_add_staff, action=invitations.invite),
    choices.choose: _choose,
    identity.merge: _merge,
    identity.split: _split,
    adopt_promise: _adopt,
    recovery.back_up: _back_up,
    retention.place_hold: _place_hold,
    retention.release_hold: _release_hold,
    retention.restrict: _restrict,
    retention.lift_restriction: _lift,
    vault.correct: _correct,
    vault.erase: _erase,
    changing.replace: _replace,
    correction.correct: _put_right,
    correspondence.instruct: _instruct,
    contact_limits.protect: _protect,
    correction.correct_fields: _put_several_right,
    field_erasure.erase_fields: _erase_fields,
    documents.attach: _attach,
}
