"""What stands behind the addresses of ``test_every_door.py`` about one person: a row for each part
of an address that has a number of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyrage.x25519 import Identity

from aboveboard.access.concerns.actions import raise_concern
from aboveboard.access.concerns.terms import Concern
from aboveboard.adoption import drafting
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.basics.personal import Personal
from aboveboard.campaigns import actions as campaigns
from aboveboard.campaigns.terms import ListColumns, NewCampaign
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import queries as custody
from aboveboard.delivery.models import Batch, PrintParcel
from aboveboard.delivery.post.parcels import parcel_path
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice
from aboveboard.delivery.webhooks import actions as webhooks
from aboveboard.incidents.case import evidence
from aboveboard.incidents.case import tasks as case_tasks
from aboveboard.incidents.case.decisions import record_decision
from aboveboard.incidents.case.outside import outside_reports, receive_report
from aboveboard.outbox import jobs
from aboveboard.representation import actions as representation
from aboveboard.representation.deaths import record_death
from aboveboard.retention.actions import place_hold, restrict
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.rights import confirming
from aboveboard.rights.confirming_letter import render_letters
from aboveboard.rights.models import AddressLetter
from aboveboard.rights.pack import release
from aboveboard.rights.pack.seal import NO_SEAL, make_keys
from aboveboard.rights.requests.actions import ask
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.rights.requests.visitors import confirm_address
from aboveboard.rights.running.advance import run_request
from tests.intake.strangers import held_back_row
from tests.representation.made import LEAD, new
from tests.rights.pack_samples import facts
from tests.world import ADVISER

WRITTEN = (
    "Her neighbour heard her fall.",
    "Somebody of the shop told my sister.",
    "I mean the letters to my old name.",
)
"""What an adviser wrote for the reviewers of an emergency, and a customer about a look and with a
request."""


def rows_of(person: int) -> dict[str, int]:
    """Place a hold and a restriction, and let a yes wait; return the number of each, by the part of
    its address."""
    at, choice = clock.now(), {"purpose": "personal-offers", "evidence": "form:1"}
    hold = place_hold(person, HoldReason.CLAIM, reference="case/2", until=None, by=ADVISER, at=at)
    restriction = restrict(
        person, RestrictionReason.UNLAWFUL, reference="case/3", by=ADVISER, at=at
    )
    choose(person, answer=ChoiceAnswer.NO, channel="portal", by=CUSTOMER, at=at, **choice)
    desk = Actor(ActorKind.SERVICE, "desk", "shop-system", "Shops")
    waiting = choose(person, answer=ChoiceAnswer.YES, channel="shop", by=desk, at=at, **choice)
    raise_concern(person, None, Concern.OTHER, words=WRITTEN[1], by=CUSTOMER, at=at)
    hook, _ = webhooks.add("CRM", "https://crm.example", ["person.erased"], by=SYSTEM, at=at)
    death = record_death(person, reference="dc/1", by=LEAD, at=at).id
    return {
        "holds": hold.id,
        "acting": representation.record(new(person, None), by=LEAD, at=at).id,
        "death": death,
        "deaths": death,
        "restrictions": restriction.id,
        "choices-to-confirm": waiting.id,
        "held-back": held_back_row().pk,
        "requests": _request_of(person),
        "outside": _report_from_outside(),
        "webhooks": hook.serial,
        "messages": webhooks.test("CRM", at=at),
        "parcel": _parcel(),
        "drafts": drafting.start("", name="promise.yaml", by=SYSTEM, at=at),
    }


def campaign_of(by: Actor) -> int:
    """Let somebody filter a list of which nobody is known."""
    key = str(Identity.generate().to_public())
    asked = NewCampaign("personal-offers", "email", "email-provider", (key,))
    rows = [b"email\nno@body.example\n"]
    number = campaigns.bring(asked, rows, file_name="a.csv", by=by, at=clock.now())
    columns = ListColumns({"email": "email"}, (("email", "email"),))
    campaigns.begin(number, columns, by=by)
    jobs.run_jobs_once(worker="test", kinds=[campaigns.RUN])
    return number


def link_to_confirm(person: int) -> str:
    """Let them say yes to e-mail; return the token of the link that they are sent."""
    said = {"answer": ChoiceAnswer.YES, "channel": "portal", "evidence": "portal:1"}
    choose(person, "newsletter", **said, by=CUSTOMER, at=clock.now())
    confirming.ask_if_waiting(person, "email", at=clock.now())
    row = AddressLetter.objects.filter(person_id=person).latest("pk")
    ((_, letter),) = render_letters([DispatchItem(1, 1, person, str(row.pk), "en", "email")])
    assert isinstance(letter, RenderedNotice)
    return re.findall(r"/confirm-address/([\w-]+)/", str(letter.text))[0]


def _parcel() -> int:
    """A parcel of letters of the story's notices, with a file to fetch."""
    batch = Batch.objects.filter(kind="incident.notice").earliest("id")
    row = PrintParcel.objects.create(
        batch=batch, begun_at=clock.now(), made_at=clock.now(), export=custody.exports()[0].id
    )
    parcel_path(row.pk).write_bytes(b"sealed")
    return row.pk


def _report_from_outside() -> int:
    receive_report(Personal("A list lay in the street."), Personal(""), at=clock.now())
    return outside_reports()[-1].id


def _request_of(person: int) -> int:
    at, details = clock.now(), RequestDetails(words=Personal(WRITTEN[2]))
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=at,
        person_id=person,
        details=details,
    )
    number = ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=at)
    run_request({"request": number})
    return number


def link_of(number: int) -> str:
    """Make a copy of what nobody collected yet, and return the token of its link."""
    keys = make_keys(NO_SEAL)
    made = release.build(number, facts(), {}, (), keys=keys, by=ADVISER, at=clock.now())
    return made.reveal()


def case_of(number: int) -> Mapping[str, object]:
    """Return a task of a loss, what was decided about it, and a parcel of letters."""
    at = clock.now()
    decided = record_decision(
        number, "Wait a day.", reason="The bag may turn up.", by=SYSTEM, at=at
    )
    return {
        "task_id": case_tasks.tasks(number, at=at)[0].id,
        "decision_id": decided.id,
        "evidence_id": evidence.add_evidence(
            number, [b"x"], name="x", reason="Found.", by=SYSTEM, at=at
        ).id,
        "how": "done",
        "parcel": PrintParcel.objects.latest("pk").pk,
    }


def token_of(pattern: str, request: int, person: int) -> str:
    """Return the token that stands in a link of this pattern."""
    if "/confirm-address/" in pattern:
        return link_to_confirm(person)
    if "/confirm/" in pattern:
        return confirm_address(request).rstrip("/").rpartition("/")[2]
    return link_of(request)
