"""An instance in which everything has happened once: each kind of ledger entry that any package
declares is written, and each table has a row, by the program's own actions.

``prepare`` makes what must be there before; ``happen`` lets everything happen. Both may be done
again, with other people.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client as Browser

from aboveboard.access import actions as access
from aboveboard.access import lookup
from aboveboard.access.concerns import actions as concerns
from aboveboard.access.concerns.queries import open_concerns
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.emergency import actions as emergency
from aboveboard.access.emergency import queries as emergencies
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.emergency.review import read_note, review
from aboveboard.access.explain import person as explain
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.connectors import actions as systems
from aboveboard.custody import actions as custody
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.terms import Channel
from aboveboard.delivery.webhooks import actions as webhooks
from aboveboard.delivery.webhooks.sending import send_due
from aboveboard.identity import actions as identity
from aboveboard.identity.limits import MERGE_UNDO_LIFE
from aboveboard.intake import held_back, notes
from aboveboard.intake import load as loading
from aboveboard.intake.changes import HeldBackState, NoteState
from aboveboard.intake.erased import readmit, undo_readmission
from aboveboard.intake.models import ErasedPerson
from aboveboard.outbox import jobs
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.retention.sweep import erasing, reviewing
from aboveboard.rights import correction
from aboveboard.vault import actions as vault
from aboveboard.vault import queries as people
from aboveboard.vault.documents import actions as documents
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.rekeying import people as rekeying
from tests import loss, world
from tests.accounts.people import customer_client
from tests.connectors.declared import BY_HAND
from tests.recovery import case, files, happening, organisations, questions

OFFERS = "personal-offers"


@dataclass
class Made:
    """What ``prepare`` made for ``happen``."""

    staff: Account
    leaver: Account
    client: int
    device: int
    old_device: int
    hold: int
    restriction: int
    undone: int


class Once:
    """One round of everything; ``number`` tells the rounds apart."""

    def __init__(self, folder: Path, number: int, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.number, self.patch = folder, number, patch
        self.now = clock.now()
        self.said = {"by": world.ADVISER, "at": self.now}

    def prepare(self) -> None:
        """Bring people in, and make what is changed later."""
        customers = files.customers(self.number)
        self.load(customers, at=self.now)
        self.load(files.lapsed(self.number), at=self.now - timedelta(days=20 * 366))
        self.ids = [people.find("customer_number", row["customer_id"])[0] for row in customers]
        self.rows = customers
        at = {"by": SYSTEM, "at": self.now - timedelta(minutes=9)}
        hire = partial(accounts.add_staff, team="Shops", **at)
        staff, leaver = (
            Account.objects.get(
                pk=hire(email=f"{name}{self.number}@staff.example", name=name, role=Role.ADVISER).id
            )
            for name in ("ina", "lee")
        )
        client, _ = clients.make_client(
            name=f"till {self.number}",
            role="shop-system",
            team="Shops",
            purposes=["deliver-orders"],
            channels=["shop"],
            **at,
        )
        register = partial(
            custody.register_device,
            kind=DeviceKind.LAPTOP,
            name="Laptop",
            encrypted=EncryptionState.YES,
        )
        place = partial(retention.place_hold, self.ids[2], HoldReason.CLAIM, until=None, **at)
        hold = place(reference=f"case/1{self.number}")
        restriction = retention.restrict(
            self.ids[3], RestrictionReason.UNLAWFUL, reference=f"case/2{self.number}", **at
        )
        self.waiting = loss.lost_laptop(
            self.ids[24:26], self.folder, at=self.now, tag=f"WAITS-{self.number}"
        )
        loss.approved(self.waiting, at=self.now)
        self.work()
        undone = identity.merge(self.ids[5], self.ids[6], chosen={}, reference="case/3", **at)
        self.made = Made(
            staff,
            leaver,
            client.id,
            register(tag=f"A-{self.number}", **at).id,
            register(tag=f"B-{self.number}", **at).id,
            hold.id,
            restriction.id,
            undone.id,
        )

    def happen(self) -> None:
        """Let everything happen once."""
        self.promise()
        self.systems()
        self.webhooks()
        self.people_and_programs()
        happening.devices(self)
        self.uses()
        self.choices()
        self.records()
        self.kept()
        self.files()
        questions.promise(self)
        questions.visitors(self)
        questions.agreements(self)
        questions.questions(self)
        questions.objection(self)
        questions.representation(self)
        organisations.link(self)
        organisations.emergency_kept_out(self)
        happening.requests(self)
        happening.packs(self)
        happening.losses(self)
        happening.letters(self)
        case.case(self)
        case.agent(f"AGENT_{self.number}", **self.said)
        happening.duplicates(self)
        happening.leak(self)
        happening.keys(self)
        questions.commitment()

    def load(self, rows: list[dict[str, str]], *, at: object) -> None:
        path = files.written(self.folder / f"customers-{len(rows)}-{self.number}.csv", rows)
        loading.load(files.source(path, files.ASK), by=SYSTEM, at=at, processes=1)  # type: ignore[arg-type]

    @property
    def kinds(self) -> dict[str, str]:
        fields = in_force().promise.fields
        return {key: field.kind_and_format for key, field in fields.items()}

    @property
    def origin(self) -> ValueOrigin:
        return ValueOrigin(in_force().serial, self.now, "phone", "answer-contact")

    def work(self) -> None:
        while jobs.run_jobs_once(worker="test"):
            continue

    def promise(self) -> None:
        text = world.PROMISE_FILE.read_text("utf-8") + f"\n# {self.number}\n"
        adopt_promise(text, name="promise.yaml", by=SYSTEM, at=self.now)

    def webhooks(self) -> None:
        name, events = f"CRM {self.number}", ["boundary.set"]
        webhooks.add(name, "https://crm.example", events, by=SYSTEM, at=self.now)
        webhooks.test(name, at=self.now)
        delivery.pause_channel(Channel.SMS, by=SYSTEM, at=self.now)
        delivery.resume_channel(Channel.SMS, by=SYSTEM, at=self.now)
        # Its name leads inside, so that nothing is called: an attempt that was refused.
        send_due(worker="once", at=self.now, clock=clock.now, resolver=lambda *_: ["127.0.0.1"])

    def systems(self) -> None:
        said = {"by": SYSTEM, "at": self.now}
        for key in (f"cabinet-{self.number}", f"archive-{self.number}"):
            systems.declare(BY_HAND.format(key=key, name="A cabinet"), name="cabinet.yaml", **said)
        systems.declare(BY_HAND.format(key=key, name="A cellar"), name="cellar.yaml", **said)
        systems.remove(key, **said)

    def people_and_programs(self) -> None:
        made, said = self.made, {"by": SYSTEM, "at": self.now}
        accounts.change_role(made.staff.pk, role=Role.PRIVACY_LEAD, team="Head office", **said)
        accounts.close(made.leaver.pk, **said)
        accounts.make_link(made.staff.pk, **said)
        staff = Account.objects.get(pk=made.staff.pk)
        TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
        helper = accounts.add_staff(
            email=f"mo{self.number}@staff.example",
            name="Mo",
            team="Shops",
            role=Role.ADVISER,
            **said,
        )
        TOTP.activate(Account.objects.get(pk=helper.id), "JBSWY3DPEHPK3PXP").instance.delete()
        assert Authenticator.objects.filter(user=staff).exists()
        clients.rotate_client(made.client, **said)
        clients.revoke_client(made.client, **said)
        # A customer asks for a code, and a program sends a choice under a key.
        row = self.rows[7]
        sent = Browser().post("/accounts/login/", {"login": row["email"]})
        assert sent.status_code == 302, sent.content
        accounts.customer_account(self.ids[8], at=self.now)
        signed_in = customer_client(self.ids[7])
        assert signed_in.get("/you/").status_code == 200
        program, _ = clients.make_client(
            name=f"offers {self.number}",
            role="offers-service",
            team="Marketing",
            purposes=[OFFERS],
            choices=[OFFERS],
            channels=["email"],
            **said,
        )
        token = tokens.issue(ServiceClient.objects.get(pk=program.id), at=self.now)
        asked = {
            "person": {"kind": "email", "value": row["email"]},
            "purpose": OFFERS,
            "answer": "yes",
            "channel": "email",
            "evidence": "form:1",
        }
        answered = Browser().post(
            "/api/v1/choices",
            json.dumps(asked),
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {token}",
                "Idempotency-Key": f"key-{self.number}-8e03978e",
            },
        )
        assert answered.status_code == 201, answered.content

    def uses(self) -> None:
        ada, row, at = self.ids[0], self.rows[0], self.now
        ask = partial(UseRequest, world.ADVISER)
        allowed = ask("answer-contact", ("email",), "phone", Subject(ada))
        assert access.use(allowed, at=at).allowed
        assert not access.use(ask(OFFERS, ("email",), "phone", Subject(ada)), at=at).allowed
        # Looked up: whom it was about is kept apart from the entry.
        subject = Subject(kind="email", value=row["email"])
        (refused,) = access.use_each([ask(OFFERS, ("email",), "phone", subject)], at=at)
        assert isinstance(refused, lookup.NoOneFound)
        explain.explain_request(allowed, **self.said)
        concerns.raise_concern(ada, None, Concern.OTHER, words="Why?", by=CUSTOMER, at=at)
        lead = actor_for(Account.objects.get(pk=self.made.staff.pk))
        asked = open_concerns()[0].id
        concerns.take(asked, by=lead, at=at)
        concerns.answer(asked, ConcernVerdict.RIGHT, "It was our letter.", by=lead, at=at)
        lee = actor_for(self.made.staff)
        adviser = Actor(lee.kind, lee.id, Role.ADVISER, "Shops")
        go = partial(
            emergency.break_glass, subject, why=EmergencyGround.LIFE_IN_DANGER, by=adviser, at=at
        )
        assert go(("phone",), reference="call/112", note="She fell.").allowed
        assert not go(("card_number",), reference="call/113").allowed
        first = emergencies.awaiting_review()[0]
        assert read_note(first.id, by=loss.SECOND, at=at) is not None
        review(first.id, ReviewVerdict.JUSTIFIED, by=loss.SECOND, at=at)

    def choices(self) -> None:
        go = partial(choose, self.ids[1], OFFERS, channel="phone", at=self.now)
        go(answer=ChoiceAnswer.NO, evidence="portal:1", by=CUSTOMER)
        go(answer=ChoiceAnswer.YES, evidence="call:2", by=world.ADVISER)  # waits for them
        with pytest.raises(lookup.NoOneFound):
            lookup.record_choice(
                Subject(kind="email", value="nobody@elsewhere.example"),
                OFFERS,
                ChoiceAnswer.NO,
                channel="phone",
                evidence="call:3",
                **self.said,
            )

    def records(self) -> None:
        said, kinds = self.said, self.kinds
        vault.correct(self.ids[0], "first_name", "Adele", kinds=kinds, origin=self.origin, **said)
        documents.attach(
            self.ids[0],
            "purchase_proof",
            [b"%PDF-1.7 " + bytes(200)],
            name="bill.pdf",
            kinds={"purchase_proof": "document"},
            origin=self.origin,
            **said,
        )
        vault.erase(self.ids[8], reason="asked", **said)
        erase_fields(self.ids[9], {"phone"}, kinds=kinds, reason="asked", **said)
        rekeying.rotate_one(self.ids[0], by=SYSTEM, at=self.now)
        identity.split(self.made.undone, kinds=kinds, reference="case/4", **said)
        old = {"by": SYSTEM, "at": self.now - MERGE_UNDO_LIFE - timedelta(days=1)}
        identity.merge(self.ids[10], self.ids[11], chosen={}, reference="case/5", **old)
        assert identity.expire_undo_data(at=self.now) == 1
        identity.merge(self.ids[12], self.ids[13], chosen={}, reference="case/6", **said)

    def kept(self) -> None:
        said, made = self.said, self.made
        retention.release_hold(made.hold, reference="case/7", **said)
        retention.lift_restriction(made.restriction, notice="case/8", **said)
        until = self.now + timedelta(days=9)
        place = partial(retention.place_hold, self.ids[4], HoldReason.CLAIM, **said)
        place(reference=f"case/9{self.number}", until=until)
        retention.restrict(
            self.ids[14], RestrictionReason.UNLAWFUL, reference=f"case/10{self.number}", **said
        )
        sweep = reviewing.review(by=SYSTEM, at=self.now)
        erasing.erase(sweep.digest, by=SYSTEM, at=lambda: self.now)

    def files(self) -> None:
        """The file comes again: somebody erased is in it, a value differs, a line is wrong."""
        again = [dict(row) for row in self.rows]
        again[15]["email"] = f"new{self.number}@example.org"
        again[16]["email"] = f"newer{self.number}@example.org"
        again[17]["birth_date"] = "yesterday"
        again.append(
            again[0]
            | {
                "customer_id": f"NEW{self.number}",
                "email": f"n{self.number}@example.org",
                "phone": "",
            }
        )
        # Somebody else of the household of a person who was erased.
        again.append(
            again[0]
            | {
                "customer_id": f"HOUSE{self.number}",
                "email": again[8]["email"],
                "phone": "+44 20 7946 0999",
            }
        )
        self.load([*again, again[0]], at=self.now)
        (asked, *_) = notes.list_differences()
        notes.answer_difference(asked.id, NoteState.KEEP, **self.said)
        (stranger, *_) = held_back.list_held_back()
        held_back.decide(stranger.id, HeldBackState.KEEP_OUT, **self.said)
        erased = ErasedPerson.objects.filter(readmitted_at=None).order_by("-pk").first()
        assert erased is not None
        readmit(erased.pk, reference="form/1", **self.said)
        undo_readmission(erased.pk, **self.said)
        readmit(erased.pk, reference="form/2", **self.said)

    def rights(self) -> None:
        """After ``happen``: what waits here is done by the worker within minutes."""
        for person_id, address in ((self.ids[28], "one"), (self.ids[29], "two")):
            correction.correct(
                person_id,
                "email",
                f"{address}{self.number}@example.org",
                channel="phone",
                proved=True,
                **self.said,
            )
            if address == "one":
                jobs.run_jobs_once(worker="test", limit=5)
        assert mail.outbox
