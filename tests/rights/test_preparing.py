"""From what somebody asks to their hands: the copy, the statement, or that nothing is held."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdf
import pytest
from django.core import mail
from django.http.response import HttpResponseBase
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, ActorKind, Role
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.ledger.queries import entries_of
from aboveboard.outbox import jobs
from aboveboard.representation.terms import Power
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import assembling, kept, preparing, reviewing
from aboveboard.rights.pack.explaining import system_points
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.reviewing import MentionDecision
from aboveboard.rights.pack.words import PackWords
from aboveboard.rights.requests import actions, queries, visitors
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    NewRequest,
    NotInThisStage,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.vault import queries as vault
from tests import world
from tests.accounts.people import customer_client, staff_client
from tests.pages import words
from tests.representation.made import approved
from tests.rights.memory_system import MemorySystem
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
Connect = Callable[..., None]
NOTE = "Mr Robert Miller, bob.other@example.org, has the red bicycle"


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    def connected(*systems: MemorySystem) -> None:
        monkeypatch.setattr(registry, "active", lambda: list(systems))

    return connected


def work() -> None:
    for _ in range(3):
        jobs.run_jobs_once(worker="test")


def ask(person: int, kind: RequestKind = RequestKind.ACCESS) -> int:
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
        jurisdiction="GB",
        details=RequestDetails(),
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    work()
    return number


def ask_as_visitor(address: str) -> int:
    asked = visitors.VisitorRequest(
        kind=RequestKind.ACCESS,
        address=Personal(address),
        name=Personal("Robert Miller"),
        words=Personal(""),
        country="FR",
        language="en",
    )
    number = visitors.ask(asked, at=clock.now())
    visitors.prove(number, code_in(str(mail.outbox[-1].body)), at=clock.now())
    work()
    return number


def code_in(text: str) -> str:
    (code,) = re.findall(r"\b\d{8}\b", text)
    return str(code)


def decide(request: int, verdict: MentionVerdict = MentionVerdict.BLACK_OUT) -> None:
    """Decide on every kind in every place."""
    answers = assembling.collected_answers(request)
    listed, _ = reviewing.list_others(request, answers, assembling.own_values(request))
    made = [MentionDecision(place, verdict) for each in listed for place in each.mentions.groups]
    reviewing.decide(request, made, by=ADVISER, at=clock.now())


def stage(request: int) -> RequestStage:
    return queries.request(request).state.stage


def last_mail() -> str:
    work()
    return f"{mail.outbox[-1].subject}\n{mail.outbox[-1].body}"


def zip_of(answer: HttpResponseBase) -> zipfile.ZipFile:
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    content: Iterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    return zipfile.ZipFile(io.BytesIO(b"".join(content)))


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.PRIVACY_LEAD)


def test_who_acts_for_somebody_and_may_ask_fetches_the_copy(connect: Connect, lead: Client) -> None:
    (person, row), (acts, _), *_ = world.load(2)
    connect(MemorySystem("shop"))
    number = ask(person)
    assert lead.post(f"/console/requests/{number}/pack/", {"way": "link"}).status_code == 302
    last_mail()
    portal = f"/you/requests/{number}/"
    for powers, fetched in ((frozenset({Power.CHOOSE}), False), (frozenset({Power.ASK}), True)):
        record = approved(person, acts, powers=powers, reference=f"lpa/{len(powers)}-{fetched}")
        browser = customer_client(acts)
        assert browser.post(f"{portal}pack/").status_code == 404, "as themselves they have none"
        browser.post(f"/you/acting/{record.id}/")
        answer = browser.post(f"{portal}pack/")
        if fetched:
            assert row["email"].encode() in zip_of(answer).read("data/aboveboard.json")
        else:
            assert answer.status_code == 403
    (entry,) = entries_of(["pack.opened"])
    assert entry.actor.kind is ActorKind.REPRESENTATIVE


def test_a_copy_goes_from_the_question_to_the_persons_hands(connect: Connect, lead: Client) -> None:
    (person, row), (stranger, _), *_ = world.load(2)
    connect(MemorySystem("shop", {1: {"email": row["email"], "note": NOTE}}), MemorySystem("crm"))
    number = ask(person)
    assert stage(number) is RequestStage.REVIEWING
    console, portal = f"/console/requests/{number}/", f"/you/requests/{number}/"
    refused = lead.post(f"{console}pack/", {"way": "link", "words": ""})
    assert refused.status_code == 409
    assert "Nobody has decided yet on" in words(refused)
    assert (stage(number), kept.pack_offer(number, at=clock.now())) == (
        RequestStage.REVIEWING,
        None,
    )
    decide(number)
    ordered = {"way": "link", "words": "Enjoy."}
    assert lead.post(f"{console}pack/", ordered).status_code == 302
    them = customer_client(person)
    assert "It is being made." in words(lead.get(console))
    assert "We are making it now." in words(them.get(portal))
    again = lead.post(f"{console}pack/", ordered)
    assert "The copy is being made already." in words(again)
    letter = last_mail()
    assert stage(number) is RequestStage.ANSWERED
    assert "You can fetch it until" in letter
    assert portal in letter
    offer = kept.pack_offer(number, at=clock.now())
    assert offer is not None
    assert offer.link.reveal() not in letter, "who has an account signs in"

    other = customer_client(stranger)
    assert "It can be fetched 3 more times." in words(them.get(portal))
    assert other.post(f"{portal}pack/").status_code == 404
    pack = zip_of(them.post(f"{portal}pack/"))
    shop = json.loads(pack.read("data/shop.json"))
    assert shop["records"][0]["values"]["email"] == row["email"], "their own is theirs"
    assert "red bicycle" in shop["records"][0]["values"]["note"]
    assert b"bob.other" not in b"".join(pack.read(name) for name in pack.namelist())
    index = pack.read("index.html").decode()
    for part in (
        "Our own record of you",
        "Nothing about you is held here.",
        "Information Commissioner",
    ):
        assert part in index
    assert row["email"].encode() in pack.read("data/aboveboard.json")
    assert row["email"].encode() in pack.read("contact.vcf")
    for _ in range(2):
        zip_of(them.post(f"{portal}pack/"))
    over = them.post(f"{portal}pack/")
    assert over.status_code == 404
    assert "We destroyed it." in words(over)
    assert [entry.facts["proof"] for entry in entries_of(["pack.opened"])] == ["signed_in"] * 3

    preparing.order(number, by=ADVISER, at=clock.now())
    assert "You can fetch it until" in last_mail(), "as long as it is kept it is made again"


def test_who_has_no_account_gets_a_link_and_a_code_to_their_address(
    connect: Connect, client: Client
) -> None:
    world.load(1)
    connect(MemorySystem("shop", {1: {"email": "ada@example.org", "note": NOTE}}))
    number = ask_as_visitor("ada@example.org")
    # A name that anybody can type on a form is nobody's own: it would show them somebody else.
    with pytest.raises(preparing.MentionsUndecided):
        preparing.order(number, by=ADVISER, at=clock.now())
    decide(number)
    preparing.order(number, by=ADVISER, at=clock.now())
    (link,) = re.findall(r"https?://[^/]+(/trust/requests/pack/\S+)", last_mail())
    assert "Send me a code" in words(client.get(link))
    assert client.post(link, {"code": "00000000"}).status_code == 422
    assert client.post(link, {"send": "code"}).status_code == 200
    assert mail.outbox[-1].to == ["ada@example.org"]
    code = code_in(str(mail.outbox[-1].body))
    pack = zip_of(client.post(link, {"code": code}))
    note = json.loads(pack.read("data/shop.json"))["records"][0]["values"]["note"]
    assert "Miller" not in note
    again = client.post(link, {"code": code})
    assert again.status_code == 422, "a code works once"
    row = RightsRequest.objects.get(pk=number)
    kept.write_release(row, replace(kept.read_release(row), expires_at="2020-01-01T00:00:00Z"))
    for dead in (link, f"/trust/requests/pack/{number}.x/", "/trust/requests/pack/x/"):
        gone = client.get(dead)
        assert gone.status_code == 404
        assert "This link opens nothing" in words(gone)


def test_a_system_is_described_as_its_declaration_says(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person, row), *_ = world.load(1)
    connect(MemorySystem("desk", {1: {"email": row["email"]}}), MemorySystem("crm"))
    declared = """
system: desk
name: Help desk
kind: by_hand
why: We answer what you write.
source: From your letters.
owner: Post
data_uses: [answer-contact, essential.service]
by_hand: {find: Look in the tray., erase: Shred it.}
collections:
  letters:
    about: What you wrote to us.
    fields: {mail: {category: user.contact.email}}
"""

    def declaration(key: str) -> SystemDeclaration:
        if key != "desk":
            raise NotFound(what="connected system")
        return registry.read_declaration(declared, name="desk.yaml")

    monkeypatch.setattr(registry, "declaration", declaration)
    record = queries.request(ask(person))
    facts = assembling.pack_facts(record, assembling.own_record(record.id), at=clock.now())
    own, crm, desk = facts.systems
    assert ("deliver-orders" in own.purposes, own.answer, crm.answer) == (True, "held", "nothing")
    assert (desk.name, desk.purposes, desk.fields) == ("Help desk", ("answer-contact",), ("email",))
    points = {each.key: each.sentences for each in system_points(facts, desk, PackWords("en"))}
    assert points["what"] == ("What you wrote to us.",)
    assert points["why"][0] == "We answer what you write."
    assert "two years after we last spoke" in points["until"][0]
    assert points["origin"] == ("From your letters.",)
    bare = replace(desk, purposes=())
    points = {each.key: each.sentences for each in system_points(facts, bare, PackWords("en"))}
    assert points["until"] == points["recipients"] == (PackWords("en").say("not_said"),)


def test_nothing_held_is_the_answer_and_lists_every_system(connect: Connect) -> None:
    world.load(1)
    connect(MemorySystem("crm"), MemorySystem("web_shop"))
    number = ask_as_visitor("nobody@example.org")
    preparing.order(number, by=ADVISER, at=clock.now())
    letter = last_mail()
    for part in ("We hold nothing about you", "Crm", "Web shop", "Our own record of you"):
        assert part in letter
    assert letter.count("Nothing about you is held here.") == 3
    assert kept.pack_offer(number, at=clock.now()) is None
    closing = queries.request(number).state.closing
    assert closing is not None
    assert closing.code == "nothing_held"


def test_at_the_counter_and_by_post_it_is_handed_over_once(connect: Connect, lead: Client) -> None:
    (person, _), *_ = world.load(1)
    connect()
    number = ask(person, RequestKind.PORTABILITY)
    decide(number)
    console, portal = f"/console/requests/{number}/", f"/you/requests/{number}/"
    lead.post(f"{console}pack/", {"way": "counter", "passphrase": "correct horse"})
    work()
    them = customer_client(person)
    assert them.post(f"{portal}pack/").status_code == 404, "it is not fetched by signing in"
    code = code_in(words(them.post(f"{portal}pack/code/")))
    given = {"code": code, "passphrase": "correct horse"}
    wrong = lead.post(f"{console}pack/open/", given | {"code": "no"})
    assert wrong.status_code == 409
    assert '<details class="govuk-details" open>' in wrong.content.decode(), "to try another code"
    assert "contact.vcf" in zip_of(lead.post(f"{console}pack/open/", given)).namelist()
    assert lead.post(f"{console}pack/open/", given).status_code == 409

    lead.post(f"{console}pack/", {"way": "paper"})
    work()
    letter = lead.post(f"{console}pack/letter/")
    text = pypdf.PdfReader(io.BytesIO(letter.content)).pages[0].extract_text()
    name = queries.request(number).reference
    assert name in text
    assert "We send it to you by post." in words(them.get(portal))
    assert lead.post(f"{console}pack/code/", {"how": "mail"}).status_code == 302
    assert code_in(str(mail.outbox[-1].body))


def test_who_is_erased_is_written_what_became_of_it(connect: Connect) -> None:
    (person, row), *_ = world.load(1)
    connect(MemorySystem("shop", {1: {"email": row["email"]}}, keeps=3), MemorySystem("crm"))
    number = ask(person, RequestKind.ERASURE)
    with pytest.raises(NotInThisStage):
        preparing.order(number, by=ADVISER, at=clock.now())
    actions.review(number, by=ADVISER, at=clock.now())
    letter = last_mail()
    assert vault.person(person) is None
    assert mail.outbox[-1].to == [row["email"]], "the address was kept for this"
    for part in (
        "What we erased",
        "Erased: 1.",
        "Kept: 3. Tax law keeps invoices. Until 31 December 2036.",
        "Nothing about you is held here.",
        "GDPR Arts 77 and 79",
    ):
        assert part in letter


def test_who_is_kept_by_a_hold_reads_it_on_the_page_and_as_a_letter(
    connect: Connect, lead: Client
) -> None:
    (person, row), *_ = world.load(1)
    connect(MemorySystem("shop", {1: {"email": row["email"]}}))
    retention.place_hold(
        person, HoldReason.CLAIM, reference="case/7", until=None, by=SYSTEM, at=clock.now()
    )
    number = ask(person, RequestKind.ERASURE)
    actions.review(number, by=ADVISER, at=clock.now())
    assert "Sign in to read it" in last_mail()
    portal, them = f"/you/requests/{number}/", customer_client(person)
    page = words(them.get(portal))
    assert "Erased: 1." in page
    assert "legal claim" in page
    for letter in (
        them.get(f"{portal}statement.pdf"),
        lead.post(f"/console/requests/{number}/pack/letter/"),
    ):
        pages = pypdf.PdfReader(io.BytesIO(letter.content)).pages
        assert "legal claim" in " ".join(pages[0].extract_text().split())
    assert them.get(f"/you/requests/{ask(person)}/statement.pdf").status_code == 302
