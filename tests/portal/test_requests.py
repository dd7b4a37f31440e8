"""``/you/requests/``: asking for one's data, following each step, proving it, taking it back."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.terms import (
    NewRequest,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestKind,
)
from tests.accounts.people import staff_member
from tests.pages import words
from tests.portal.conftest import Someone

pytestmark = pytest.mark.django_db
LIST = "/you/requests/"


def ask(jon: Someone, kind: str = "access", **given: str) -> str:
    """Ask, and return the address of the request."""
    answer = jon.browser.post(f"{LIST}{kind}/ask/", {"words": "", **given})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def number_of(address: str) -> int:
    return int(address.rstrip("/").rpartition("/")[2])


def test_each_kind_has_a_page_of_its_own_and_the_list_leads_there(jon: Someone) -> None:
    page = jon.browser.get(LIST).content.decode()
    for kind in RequestKind:
        assert f"{LIST}{kind.value}/ask/" in page
        assert jon.browser.get(f"{LIST}{kind.value}/ask/").status_code == 200
    assert jon.browser.get(f"{LIST}everything/ask/").status_code == 404


def test_who_is_signed_in_asks_and_sees_by_when_they_are_answered(jon: Someone) -> None:
    address = ask(jon, "erasure", words="All of it, please")
    page = words(jon.browser.get(address))
    record = queries.request(number_of(address))
    assert record.reference in page
    assert "You get an answer by" in page
    assert "You showed that it is you" in page
    assert record.state.evidence == (ProofEvidence.SIGNED_IN,)
    assert queries.details(record.id).words.reveal() == "All of it, please"
    assert record.reference in words(jon.browser.get(LIST))


def test_a_correction_says_what_is_wrong(jon: Someone) -> None:
    answer = jon.browser.post(f"{LIST}correction/ask/", {"words": " "})
    assert answer.status_code == 422
    assert "Tell us, so that we can do it." in words(answer)


def test_what_we_ask_and_what_we_refuse_is_read_in_our_words(jon: Someone) -> None:
    lead, address = actor_for(staff_member(Role.PRIVACY_LEAD)), ask(jon, "objection")
    number, at = number_of(address), clock.now()
    actions.pause(number, PauseReason.CLARIFICATION, "Which letters?", by=lead, at=at)
    page = words(jon.browser.get(address))
    assert "We wait for your answer to a question." in page
    assert "Which letters?" in page
    actions.resume(number, by=lead, at=at)
    actions.refuse(number, RefusalGround.UNFOUNDED, "We send none.", by=lead, at=at)
    page = words(jon.browser.get(address))
    assert "There was no basis for the request." in page
    assert "We send none." in page
    assert "Take it back" not in page


def test_a_code_from_the_counter_proves_what_signing_in_does_not(jon: Someone) -> None:
    at, lead = clock.now(), actor_for(staff_member(Role.PRIVACY_LEAD))
    address = ask(jon)
    number = number_of(address)
    code = proving.make_code(
        number, proving.CodeUse.COUNTER, evidence=ProofEvidence.COUNTER_CODE, by=lead, at=at
    )
    wrong = jon.browser.post(f"{address}code/", {"code": "00000000"})
    assert wrong.status_code == 422
    assert "That code does not work" in words(wrong)
    assert jon.browser.post(f"{address}code/", {"code": code}).status_code == 302
    assert ProofEvidence.COUNTER_CODE in queries.request(number).state.evidence


def test_a_picture_of_a_document_is_sealed_for_staff_to_judge(jon: Someone) -> None:
    (person_id,) = {queries.request(number_of(ask(jon))).person_id}
    new = NewRequest(
        kind=RequestKind.ERASURE,
        channel=RequestChannel.ADVISER,
        received_at=clock.now(),
        person_id=person_id,
    )
    number = actions.ask(new, by=SYSTEM, at=clock.now())
    address = f"/you/requests/{number}/"
    assert "send us a picture" in words(jon.browser.get(address))
    text = SimpleUploadedFile("card.png", b"<script>", "image/png")
    refused = jon.browser.post(f"{address}document/", {"file": text})
    assert refused.status_code == 422
    assert "none of PDF, PNG, JPEG or TIFF" in words(refused)
    card = SimpleUploadedFile("card.jpg", b"\xff\xd8\xff my face", "image/jpeg")
    assert jon.browser.post(f"{address}document/", {"file": card}).status_code == 302
    assert "We have your document" in words(jon.browser.get(address))
    assert proving.has_document(number)


def test_it_can_be_taken_back_once(jon: Someone) -> None:
    address = ask(jon)
    assert jon.browser.post(f"{address}withdraw/").status_code == 302
    assert jon.browser.post(f"{address}withdraw/").status_code == 302
    assert "You took it back" in words(jon.browser.get(address))


def test_nobody_sees_anothers_request(jon: Someone, other: Someone) -> None:
    address = ask(jon)
    assert other.browser.get(address).status_code == 404
    assert other.browser.post(f"{address}withdraw/").status_code == 404
    assert not queries.request(number_of(address)).state.closed


def test_it_is_said_in_their_language(jon: Someone) -> None:
    jon.browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    page = words(jon.browser.get(LIST))
    assert "Obtenir une copie de vos données" in page
