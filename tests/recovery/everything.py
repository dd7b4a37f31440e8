"""An instance in which there is a row of every table that decides: made by the program's own
actions, for the tests that write past it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import connection
from pyrage.x25519 import Identity

from aboveboard.access.concerns import actions as concerns
from aboveboard.access.concerns.queries import open_concerns
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.emergency.review import review
from aboveboard.access.models import EmergencyUse
from aboveboard.access.use import Subject
from aboveboard.accounts.actions import add_staff, change_role, customer_account, make_link
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client, rotate_client
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind, Role
from aboveboard.campaigns import actions as campaigns
from aboveboard.campaigns.terms import NewCampaign
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.instance import doctor
from aboveboard.connectors import actions as systems
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import contact_limits, correspondence
from aboveboard.delivery.terms import Channel, CorrespondenceReason
from aboveboard.delivery.webhooks import actions as webhooks
from aboveboard.group import organisations, shown
from aboveboard.group.subject import digest_of_half, make_half
from aboveboard.identity import actions as identity
from aboveboard.identity import distinct
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import affected
from aboveboard.incidents.case import freeze
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import changes
from aboveboard.intake import held_back
from aboveboard.intake.changes import HeldBackState
from aboveboard.intake.notes import note_corrected
from aboveboard.outbox import jobs
from aboveboard.representation import actions as representation
from aboveboard.representation.deaths import record_death, take_back_death
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.rights import confirming
from aboveboard.rights.requests import actions as rights
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestKind,
)
from aboveboard.vault import queries as vault
from aboveboard.vault.actions import erase
from tests.connectors.declared import BY_HAND
from tests.incidents.conftest import SECOND, STAFF, export, laptop
from tests.intake.strangers import held_back_row
from tests.recovery import organisations as other_organisations
from tests.recovery.case import agent
from tests.representation.made import LEAD, approved
from tests.world import ADVISER, load


@dataclass(frozen=True)
class Everything:
    """Whose rows there are: who chose, who is held and restricted, who was merged into whom."""

    chose: int
    held: int
    restricted: int
    kept: int
    merged: int
    adviser: Actor


def make_everything() -> Everything:
    loaded = load(9)
    at = clock.now() - timedelta(hours=2)
    *people, gone = (person_id for person_id, _ in loaded)
    erase(gone, reason="asked", by=SYSTEM, at=at)
    note_corrected(people[0], ["first_name"], at=at)
    held_back.decide(held_back_row().pk, HeldBackState.KEEP_OUT, by=ADVISER, at=at)
    chose, held, restricted, kept, merged, split_kept, split_away, _ = people
    _endpoints(at)
    for name in ("AGENT_A", "AGENT_B"):
        agent(name, by=SYSTEM, at=at)
    for answer, minutes in ((ChoiceAnswer.YES, 0), (ChoiceAnswer.NO, 5)):
        choose(
            chose,
            "personal-offers",
            answer,
            channel="phone",
            evidence="call:417",
            by=ADVISER,
            at=at + timedelta(minutes=minutes),
        )
    until = clock.now() + timedelta(days=30)
    retention.place_hold(held, HoldReason.CLAIM, reference="case/1", until=until, by=SYSTEM, at=at)
    released = retention.place_hold(
        held, HoldReason.CLAIM, reference="case/2", until=None, by=SYSTEM, at=at
    )
    retention.release_hold(released.id, reference="case/2/closed", by=SYSTEM, at=clock.now())
    retention.restrict(restricted, RestrictionReason.UNLAWFUL, reference="case/3", by=SYSTEM, at=at)
    identity.merge(kept, merged, chosen={}, reference="case/4", by=SYSTEM, at=at)
    undone = identity.merge(split_kept, split_away, chosen={}, reference="case/5", by=SYSTEM, at=at)
    identity.split(undone.id, kinds={}, reference="case/6", by=SYSTEM, at=clock.now())
    distinct.distinguish(chose, held, by=SYSTEM, at=at)
    distinct.withdraw_distinction(chose, held, by=SYSTEM, at=clock.now())
    distinct.distinguish(chose, kept, by=SYSTEM, at=at)
    _instructions(people[-1], at)
    _sign_ins(at)
    _lose([chose, held])
    adviser = actor_for(Account.objects.get(email="ina@corner.example"))
    asked = Subject(kind="email", value=loaded[0][1]["email"])
    why = EmergencyGround.LIFE_IN_DANGER
    assert break_glass(asked, ("city",), why, by=adviser, at=clock.now()).allowed
    emergency = EmergencyUse.objects.get()
    review(emergency.pk, ReviewVerdict.JUSTIFIED, by=SECOND, at=clock.now())
    _concerns(chose, kept)
    _requests(chose, kept, at)
    representation.end(approved(held, kept).id, by=SYSTEM, at=clock.now())
    approved(chose, held)
    _organisations([held, restricted], at)
    for each in (held, kept):
        death = record_death(each, reference="dc/1", by=LEAD, at=at)
    take_back_death(death.id, by=LEAD, at=clock.now())
    return Everything(chose, held, restricted, kept, merged, adviser)


def _endpoints(at: datetime) -> None:
    """Two systems that are notified of different things, and one that is no longer."""
    events = {"CRM": "choice.withdrawn", "Shop": "person.erased", "Old": "boundary.set"}
    for name, event in events.items():
        url = f"https://{name.lower()}.example/hooks"
        webhooks.add(name, url, [event], by=SYSTEM, at=at)
    webhooks.remove("Old", by=SYSTEM, at=at)
    for channel in (Channel.POST, Channel.SMS):
        delivery.pause_channel(channel, by=SYSTEM, at=at)


def _organisations(person_ids: list[int], at: datetime) -> None:
    """Two that are read and one no more; two people whose uses a portal shows, one who ended it."""
    for key in ("water", "fire", "gas"):
        organisations.declare(other_organisations.declared(key), by=SYSTEM, at=at)
    organisations.remove("gas", by=SYSTEM, at=clock.now())
    portal = other_organisations.portal("Our council")
    for person_id in person_ids:
        for _ in range(2):
            shown.show_uses(person_id, portal, digest_of_half(make_half()), at=at)


def _requests(first: int, second: int, at: datetime) -> None:
    """Two that ask what is held of them and confirm an address, and a system that is asked."""
    systems.declare(
        BY_HAND.format(key="cabinet", name="A cabinet"), name="cabinet.yaml", by=SYSTEM, at=at
    )
    key = str(Identity.generate().to_public())
    offers = NewCampaign("personal-offers", "email", "email-provider", (key,))
    for _ in range(2):
        campaigns.bring(offers, None, by=ADVISER, at=at)
    for person_id in (first, second):
        choose(
            person_id, "newsletter", ChoiceAnswer.YES, channel="portal", evidence="portal:1",
            by=CUSTOMER, at=at,
        )  # fmt: skip
        confirming.ask_if_waiting(person_id, "email", at=at)
        asked = NewRequest(
            kind=RequestKind.ACCESS,
            channel=RequestChannel.PORTAL,
            received_at=at,
            person_id=person_id,
        )
        rights.ask(asked, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=at)


def _concerns(first: int, second: int) -> None:
    """One that was answered, and one that waits for another to answer."""
    leads = [
        Actor(ActorKind.STAFF, str(account.pk), Role.PRIVACY_LEAD, "Head office")
        for account in Account.objects.filter(role=Role.PRIVACY_LEAD).order_by("pk")[:1]
    ]
    for person_id in (first, second):
        concerns.raise_concern(
            person_id, None, Concern.OTHER, words="Why?", by=CUSTOMER, at=clock.now()
        )
    for concern in open_concerns():
        concerns.take(concern.id, by=leads[0], at=clock.now())
    concerns.answer(
        concern.id, ConcernVerdict.RIGHT, "It was our letter.", by=leads[0], at=clock.now()
    )


def _lose(person_ids: list[int]) -> None:
    """Lose a laptop with people on it; notices about it are prepared and approved."""
    device = laptop()
    with tempfile.TemporaryDirectory() as folder:
        export(device, person_ids, Path(folder))
    incident = incidents.report_loss(device.id, by=STAFF, at=clock.now())
    jobs.run_jobs_once(worker="test")
    first = notices.prepare(
        incident.number, measures={"en": "It is locked."}, by=LEAD, at=clock.now()
    )
    changes.request_changes(first.id, "Say who locked it.", by=SECOND, at=clock.now())
    changes.answer(first.id, "I prepare them anew.", by=LEAD, at=clock.now())
    notices.send_back(first.id, note="Say who locked it.", by=SECOND, at=clock.now())
    batch = notices.prepare(
        incident.number, measures={"en": "We locked it."}, by=LEAD, at=clock.now()
    )
    changes.request_changes(batch.id, "And when.", by=SECOND, at=clock.now())
    changes.withdraw(batch.id, by=SECOND, at=clock.now())
    notices.approve(batch.id, by=SECOND, at=clock.now())
    notices.stop(batch.id, by=LEAD, at=clock.now())
    notices.resume(batch.id, by=LEAD, at=clock.now())
    jobs.run_jobs_once(worker="test")
    # Another incident with a count of its own, to which a row may be moved.
    other, count = Incident.objects.get(), Exposure.objects.get()
    other.pk, other.number = None, other.number + 1
    other.save()
    count.pk, count.incident = None, other
    count.save()
    at = clock.now()
    letter = incidents.open_other(title="A letter went astray", by=STAFF, at=at).number
    affected.add_list(letter, ["AW11001", "AW11002"], ["user.name"], by=LEAD, at=at)
    affected.add_estimate(letter, "FR", 12, ["user.name"], by=LEAD, at=at)
    # Not of the laptop: a freeze stops its notices, and that is another decision about them.
    freeze.freeze_communications(letter, "first", by=LEAD, at=at)
    freeze.lift_freeze(letter, "first", by=SECOND, at=at)
    freeze.freeze_communications(letter, "second", by=LEAD, at=at)


def _instructions(person_id: int, at: datetime) -> None:
    """One that is replaced, and one that is ended."""
    for address in ("one@example.org", "two@example.org"):
        correspondence.instruct(
            person_id, CorrespondenceReason.REPRESENTED, instead=address, by=ADVISER, at=at
        )
    other = next(each for each in vault.iter_person_ids() if each != person_id)
    correspondence.instruct(other, CorrespondenceReason.DECEASED, instead=None, by=ADVISER, at=at)
    correspondence.end(other, by=ADVISER, at=at)
    for each in (person_id, other):
        contact_limits.protect(each, [Channel.SMS], reason="At home.", by=ADVISER, at=at)
    contact_limits.bar(other, Channel.SMS, by=ADVISER, at=at)


def _sign_ins(at: datetime) -> None:
    customer_account(next(iter(vault.iter_person_ids())), at=at)
    for name, role in (("ina", Role.INCIDENT_LEAD), ("pia", Role.PRIVACY_LEAD)):
        member = add_staff(
            email=f"{name}@corner.example",
            name=name,
            team="Head office",
            role=role,
            by=SYSTEM,
            at=at,
        )
        account = Account.objects.get(pk=member.id)
        secret = get_adapter().encrypt(f"secret of {name}")
        Authenticator.objects.create(user=account, type="totp", data={"secret": secret})
        make_link(member.id, by=SYSTEM, at=clock.now())
    change_role(
        Account.objects.get(email="ina@corner.example").pk,
        role=Role.ADVISER,
        team="Leeds shop",
        by=SYSTEM,
        at=clock.now(),
    )
    for name in ("planning", "order system"):
        client, _ = make_client(
            name=name,
            role="shop-system",
            team="",
            purposes=["deliver-orders"],
            channels=["shop"],
            by=SYSTEM,
            at=at,
        )
    rotate_client(client.id, by=SYSTEM, at=clock.now())
    tokens.issue(ServiceClient.objects.get(pk=client.id), at=clock.now())


def written(statement: str, *values: object) -> int:
    """Write to the database as somebody does who has it and no key; return how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def act() -> str:
    """Return what doctor says of the rows, and that it says to act."""
    check = doctor.CHECKS["rows"](doctor.settings.current())
    assert check.verdict == doctor.ACT, check
    return check.message
