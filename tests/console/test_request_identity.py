"""``/console/requests/N/``: proving who asks by a document, by a code that is told, and saying
whose request it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.person_codes import person_code
from aboveboard.ledger.models import Entry
from aboveboard.rights.requests import files, proving, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import ProofEvidence, RequestChannel
from tests.accounts.people import staff_client
from tests.console.worked_requests import LIST, ask, customer
from tests.pages import words

pytestmark = pytest.mark.django_db
PASSPORT = b"\x89PNG\r\n\x1a\n" + b"Ada" * 9
ADVISER = Actor(ActorKind.STAFF, "1", "adviser", "Shop")


def picture(content: bytes = PASSPORT) -> SimpleUploadedFile:
    return SimpleUploadedFile("../passport.html", content, "text/html")


def test_a_document_is_sealed_looked_at_judged_and_gone() -> None:
    person_id, _ = customer()
    number, lead = ask(person_id, proved=False), staff_client(Role.PRIVACY_LEAD)
    place = f"{LIST}{number}/"
    refused = lead.post(f"{place}document/", {"file": picture(b"<script>")})
    assert refused.status_code == 422
    assert "none of PDF, PNG, JPEG or TIFF" in words(refused)
    assert lead.post(f"{place}document/fetch/").status_code == 409, "there is none"
    assert lead.post(f"{place}document/", {"file": picture()}).status_code == 302
    assert PASSPORT not in (files.folder(number) / proving.DOCUMENT).read_bytes()
    assert "A document waits for you." in words(lead.get(place))

    opened = lead.post(f"{place}document/fetch/")
    assert b"".join(opened.streaming_content) == PASSPORT  # type: ignore[attr-defined]
    assert opened["Content-Type"] == "image/png"
    assert "passport" not in opened["Content-Disposition"]
    assert opened["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(kind="request.document-opened").count() == 1
    assert staff_client(Role.ADVISER).post(f"{place}document/fetch/").status_code == 403

    assert lead.post(f"{place}judge/", {"verdict": "rejected"}).status_code == 302
    assert queries.request(number).state.stage is RequestStage.PROVING
    assert not proving.has_document(number), "whatever the verdict is"
    assert lead.post(f"{place}judge/", {"verdict": "accepted"}).status_code == 409
    lead.post(f"{place}document/", {"file": picture()})
    assert lead.post(f"{place}judge/", {"verdict": "accepted"}).status_code == 302
    assert queries.request(number).state.proof.enough
    assert not proving.has_document(number)


def test_a_code_of_the_counter_is_told_and_works_once() -> None:
    person_id, _ = customer()
    number, lead = ask(person_id, proved=False), staff_client(Role.PRIVACY_LEAD)
    code = proving.make_code(
        number,
        proving.CodeUse.COUNTER,
        evidence=ProofEvidence.COUNTER_CODE,
        by=replace(ADVISER, id="4711"),
        at=clock.now(),
    )
    wrong = lead.post(f"{LIST}{number}/redeem/", {"use": "counter", "code": "1234 5678"})
    assert wrong.status_code == 409
    assert "The code is wrong" in words(wrong)
    sent_back = {"use": "counter", "code": f"{code[:4]} {code[4:]}"}
    assert lead.post(f"{LIST}{number}/redeem/", sent_back).status_code == 302
    assert queries.request(number).state.proof.enough
    assert lead.post(f"{LIST}{number}/redeem/", sent_back).status_code == 409


def test_what_came_by_mail_is_confirmed_and_given_to_its_person() -> None:
    person_id, _ = customer()
    lead = staff_client(Role.PRIVACY_LEAD)
    number = ask(None, proved=False, channel=RequestChannel.EMAIL)
    place = f"{LIST}{number}/"
    assert "Say whose request it is" not in words(lead.get(place))
    assert lead.post(f"{place}confirm/").status_code == 302
    for typed, status in (("4X7K9", 422), (person_code(77), 409), (person_code(person_id), 302)):
        answer = lead.post(f"{place}name/", {"person": typed})
        assert answer.status_code == status, words(answer)
    assert queries.request(number).person_id == person_id
    assert "Person named" in words(lead.get(place))
