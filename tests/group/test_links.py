"""A link between a portal and an organisation: made by the person in both browsers, of use to that
portal alone, ended at either side, and gone with the person. One instance plays both parts here;
``test_two_instances`` has real ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.http import urlencode

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.accounts.clients import actions as clients
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.connectors.secrets import SecretText
from aboveboard.group import links, organisations, reading, shown
from aboveboard.group.asking import OtherUses, ReadFailure
from aboveboard.group.limits import LINK_LIFE
from aboveboard.group.models import OtherOrganisation, OwnLink, ShownLink
from aboveboard.group.organisations import DeclaredOrganisation, OrganisationRefused
from aboveboard.group.proofs import ProofVerdict, PublishedLog
from aboveboard.group.shown import LandingRefused
from aboveboard.group.subject import digest_of_half, make_half
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.format.note import NoteRefused
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from aboveboard.vault.rekeying import records
from tests.accounts.people import customer_client
from tests.api.programs import program
from tests.identity.test_merge import merge, split
from tests.pages import words
from tests.world import ADVISER, entries, load

pytestmark = pytest.mark.django_db
RETURN = "https://portal.example/you/organisations/water/linked/"


def portal_client(name: str = "My council") -> tuple[int, str, str]:
    """A portal's client here: its number, a token, and what it hands back."""
    client, token = program(name, "shop-system", "", [], [], rights=("usage:linked",))
    return client.pk, token, shown.landing_for(client.pk, RETURN)


def ask(token: str, code: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "X-Road-UserId": code}
    return Client().get(
        f"/api/v1/usage/v2/findUsage?{urlencode({'userCode': code})}", headers=headers
    )


def agreed(browser: Client, landing: str, half: str) -> str:
    """Say yes at the organisation; return its half."""
    form = {"portal": landing, "half": digest_of_half(half)}
    assert "Yes, let them" in browser.get("/you/portals/show/", form).content.decode()
    page = browser.post("/you/portals/show/", form).content.decode()
    (theirs,) = re.findall(re.escape(RETURN) + r"\?half=([A-Za-z0-9_-]{43})\"", page)
    return str(theirs)


def test_a_subject_is_of_use_to_the_portal_that_the_person_said_yes_to_and_to_nobody_else() -> None:
    (ada, row), (ben, _) = load(2)
    _, token, landing = portal_client()
    _, foreign, _ = portal_client("Another council")
    browser, half = customer_client(ada), make_half()
    subject = f"{half}.{agreed(browser, landing, half)}"
    assert ask(token, subject).status_code == 200
    (asked,) = entries(ada, "usage.disclosed")
    assert (asked.facts["acting"], half in str(asked.facts)) == (False, False)
    # Another portal, a half, another half, and everything else that names her.
    assert ask(foreign, subject).status_code == 404
    ours, theirs = subject.split(".")
    wrong = [ours, theirs, f"{theirs}.{ours}", f"{make_half()}.{theirs}", f"{ours}.{make_half()}",
             digest_of_half(half), row["customer_id"], row["email"], str(ada)]  # fmt: skip
    assert {ask(token, code).status_code for code in wrong} == {404}
    # She sees it on her list of portals, and ends it; then nobody is known by it.
    page = browser.get("/you/portals/")
    assert "My council" in words(page)
    assert "No other portal shows our looks" in words(customer_client(ben).get("/you/portals/"))
    (link,) = re.findall(r'name="link" value="(\d+)"', page.content.decode())
    customer_client(ben).post("/you/portals/", {"link": link})
    assert ask(token, subject).status_code == 200, "it is not another's to end"
    browser.post("/you/portals/", {"link": link})
    assert ask(token, subject).status_code == 404
    assert [entry.kind for entry in entries(ada, "usage.linked", "usage.unlinked")] == [
        "usage.unlinked",
        "usage.linked",
    ]


def test_a_link_is_made_again_ends_by_itself_and_is_not_believed_if_written_past_us() -> None:
    ((ada, _), (ben, _)) = load(2)
    client, token, landing = portal_client()
    browser, half = customer_client(ada), make_half()
    first = f"{half}.{agreed(browser, landing, half)}"
    second = f"{half}.{agreed(browser, landing, half)}"
    assert [ask(token, each).status_code for each in (first, second)] == [404, 200]
    later = clock.now() + LINK_LIFE
    assert shown.linked_person(client, second, at=later) is None
    super(type(ShownLink.objects.all()), ShownLink.objects.all()).update(person_id=ben)
    assert ask(token, second).status_code == 404
    # Its client's end is the end of what it hands back, too.
    clients.revoke_client(client, by=SYSTEM, at=clock.now())
    with pytest.raises(LandingRefused):
        shown.portal_of(landing)


@pytest.mark.parametrize("landing", ["", "x", "eyJjbGllbnQiOjF9:1abc:forged"])
def test_nobody_is_sent_to_an_address_that_this_organisation_did_not_sign(landing: str) -> None:
    ((ada, _),) = load(1)
    portal_client()
    form = {"portal": landing, "half": digest_of_half(make_half())}
    browser = customer_client(ada)
    shown_page = browser.get("/you/portals/show/", form)
    assert "This link does not work" in words(shown_page)
    assert browser.post("/you/portals/show/", form).status_code == 422
    assert not ShownLink.objects.exists()


def declared(**changes: Any) -> DeclaredOrganisation:
    stated: dict[str, Any] = {
        "key": "water", "name": "Water", "address": "https://water.example", "client_id": "abc",
        "secret": SecretText("a secret of ours"), "secret_until": clock.now() + timedelta(days=30),
        "landing": "signed", "verifier": ledger.verifier_key(),
    }  # fmt: skip
    return DeclaredOrganisation(**(stated | changes))


@pytest.fixture
def water() -> organisations.OrganisationRecord:
    """An organisation that the portal reads; its ledger is ours."""
    load(2)
    sequence_now()
    return organisations.declare(declared(), by=SYSTEM, at=clock.now())


def test_a_link_that_was_not_begun_in_this_browser_is_refused(
    water: organisations.OrganisationRecord,
) -> None:
    ((ada, _), (ben, _)) = load(2)
    begun, other = customer_client(ada), customer_client(ben)
    page = begun.get("/you/organisations/water/").content.decode()
    assert "https://water.example/you/portals/show/?portal=signed&amp;half=" in page
    back = {"half": make_half()}
    refused = other.get("/you/organisations/water/linked/", back)
    assert "This did not begin here" in words(refused)
    assert other.post("/you/organisations/water/linked/", back).status_code == 422
    assert not OwnLink.objects.exists()
    assert "One more click" in words(begun.get("/you/organisations/water/linked/", back))
    assert begun.post("/you/organisations/water/linked/", {"half": "short"}).status_code == 422
    begun.get("/you/organisations/water/")
    assert begun.post("/you/organisations/water/linked/", back).status_code == 302
    assert links.links_of(ada, at=clock.now()).keys() == {water.serial}
    assert "Shown here until" in words(begun.get("/you/organisations/"))
    begun.post("/you/organisations/water/", {"end": "1"})
    assert "Not shown here." in words(begun.get("/you/organisations/"))
    assert begun.get("/you/organisations/nowhere/").status_code == 404


def test_a_link_goes_with_its_person_follows_a_merge_and_a_new_key(
    water: organisations.OrganisationRecord,
) -> None:
    ((ada, _), (ben, _)) = load(2)
    halves = make_half(), make_half()
    links.link(ada, water, halves, at=clock.now())

    def subject(person: int) -> str | None:
        link = links.links_of(person, at=clock.now()).get(water.serial)
        return None if link is None or link.subject is None else link.subject.reveal()

    sealed = bytes(OwnLink.objects.get().sealed)
    assert not any(half.encode() in sealed for half in halves)
    assert subject(ada) == ".".join(halves)
    with transaction.atomic():
        assert records.rotate(ada)
    assert subject(ada) == ".".join(halves)
    merged = merge(ben, ada)
    assert subject(ben) == ".".join(halves)
    split(merged)
    assert (subject(ada), subject(ben)) == (".".join(halves), None)
    vault_actions.erase(ada, reason="asked", by=SYSTEM, at=clock.now())
    assert not OwnLink.objects.exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"key": "Water!"}, "its key"),
        ({"verifier": "nothing"}, "the key of its ledger"),
        ({"secret_until": datetime(2026, 1, 1, tzinfo=UTC)}, "has ended"),
        ({"field": "nothing"}, "no field"),
        ({"field": "email"}, "people change email themselves"),
    ],
)
def test_an_organisation_that_cannot_be_right_is_refused(
    water: organisations.OrganisationRecord, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(OrganisationRefused, match=why):
        organisations.declare(declared(**changes), by=SYSTEM, at=clock.now())
    assert [each.key for each in organisations.organisations()] == ["water"]


def test_a_secret_opens_in_its_own_row_alone(water: organisations.OrganisationRecord) -> None:
    assert organisations.secret_of(water).reveal() == "a secret of ours"
    row = OtherOrganisation.objects.get()
    assert b"a secret of ours" not in bytes(row.secret)
    other = organisations.declare(declared(key="fire"), by=SYSTEM, at=clock.now())
    OtherOrganisation.objects.filter(serial=other.serial).update(secret=bytes(row.secret))
    with pytest.raises(organisations.OrganisationDamaged):
        organisations.secret_of(other)


def test_an_organisation_cannot_be_spoken_to_inside_unless_that_is_named(
    water: organisations.OrganisationRecord,
) -> None:
    ((ada, _), _) = load(2)
    inside = declared(key="inner", address="https://127.0.0.1:9")
    organisations.declare(inside, by=SYSTEM, at=clock.now())
    links.link(ada, organisations.organisation("inner"), (make_half(), make_half()), at=clock.now())
    (inner, _) = sorted(
        reading.uses_elsewhere(ada, lambda _: None, at=clock.now()),
        key=lambda each: each.organisation.key,
    )
    assert inner.answer == OtherUses(failure=ReadFailure.REFUSED)
    with pytest.raises(Exception, match="without TLS"):
        organisations.declare(declared(address="http://127.0.0.1:9"), by=SYSTEM, at=clock.now())


def test_a_proof_shows_a_use_of_that_moment_in_the_log_that_is_published() -> None:
    ((ada, _), (ben, _)) = load(2)
    request = UseRequest(ADVISER, "answer-contact", ("email",), "phone")
    at = clock.now()
    ((_, early),) = use_many(request, [ada], at=at - timedelta(days=1))
    ((_, late),) = use_many(request, [ben], at=at)
    sequence_now()
    key, head = str(ledger.verifier_key()), ledger.checkpoint()
    assert head is not None
    log = PublishedLog.read(key, head.note)
    second = at.replace(microsecond=0)
    proof = ledger.proof(late.entry_id)
    assert log.verdict(proof, second) is ProofVerdict.HOLDS
    assert log.verdict("", second) is ProofVerdict.NONE
    assert log.verdict(ledger.proof(early.entry_id), second) is ProofVerdict.WRONG, "another moment"
    adopted = ledger.proof(Entry.objects.get(kind="promise.adopted").pk)
    assert log.verdict(adopted, second) is ProofVerdict.WRONG, "no use"
    assert log.verdict(proof.replace("index", "Index"), second) is ProofVerdict.WRONG
    # Of one size there is one root: a log that is shown otherwise to others is not believed.
    split_view = PublishedLog(log.key, type(log.head)(log.head.origin, log.head.size, bytes(32)))
    assert split_view.verdict(proof, second) is ProofVerdict.WRONG
    with pytest.raises(NoteRefused):
        PublishedLog.read(key, head.note.replace("\n", "\n\n", 1))
