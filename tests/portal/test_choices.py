"""``/you/choices/``: see them, change them, keep the receipt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.note import Verifier
from tests import world
from tests.accounts.people import staff_client
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER

pytestmark = pytest.mark.django_db

OFFERS = "/you/choices/personal-offers/"


def test_every_purpose_that_leaves_a_choice_is_asked_and_no_other(jon: Someone) -> None:
    page = jon.browser.get("/you/choices/").content.decode()
    assert "May we use your name, e-mail, phone number, country and date of birth" in page
    assert 'action="/you/choices/personal-offers/"' in page
    assert 'action="/you/choices/improve-shops/"' in page
    assert 'action="/you/choices/measure-visits/"' in page
    assert page.count('action="/you/choices/personal-offers/"') == 5, "the whole, and four ways"
    assert page.count('action="/you/choices/') == 9


def test_nothing_is_chosen_before_the_person_has_spoken(jon: Someone) -> None:
    page = jon.browser.get("/you/choices/").content.decode()
    assert "checked" not in page
    assert 'aria-pressed="true"' not in page
    assert page.count('value="yes"') == page.count('value="no"') == 9


def test_saying_yes_is_saved_said_and_has_a_receipt(jon: Someone) -> None:
    answer = jon.browser.post(OFFERS, {"answer": "yes"}, follow=True)
    (choice,) = queries.history(jon.id)
    assert (choice.answer, choice.channel, choice.evidence, choice.actor.kind) == (
        "yes",
        "portal",
        f"portal:{choice.promise_serial}",
        "person",
    )
    page = answer.content.decode()
    assert "Saved. You said yes: To send offers chosen for you" in page
    assert f"/you/choices/{choice.id}/receipt/" in page
    assert page.count('aria-pressed="true"') == 1


def test_each_way_of_contact_is_decided_by_itself(jon: Someone) -> None:
    jon.browser.post(OFFERS, {"answer": "yes"})
    said = words(jon.browser.post(OFFERS, {"answer": "no", "contact": "email"}, follow=True))
    assert "Saved. You said no: To send offers chosen for you, only by e-mail" in said
    choice = queries.history(jon.id)[0]
    assert (choice.purpose, choice.contact, choice.answer) == ("personal-offers", "email", "no")
    state = queries.consent_state(jon.id)
    assert [state.answer("personal-offers", way) for way in ("", "email", "sms")] == [
        "yes",
        "no",
        "yes",
    ]
    assert "No by e-mail." in words(jon.browser.get("/you/"))
    receipt = jon.browser.get(f"/you/choices/{choice.id}/receipt/")
    assert "Way of contact By e-mail" in words(receipt)
    again = jon.browser.post(OFFERS, {"answer": "no", "contact": "email"})
    assert again.status_code == 302
    assert len(queries.history(jon.id)) == 2
    refused = jon.browser.post(OFFERS, {"answer": "no", "contact": "pigeon"})
    assert refused.status_code == 422
    assert "We do not reach you in this way." in refused.content.decode()


def test_the_same_answer_again_changes_nothing(jon: Someone) -> None:
    for _ in range(2):
        assert "Saved." in jon.browser.post(OFFERS, {"answer": "no"}, follow=True).content.decode()
    assert len(queries.history(jon.id)) == 1


def test_an_objection_counts_and_can_be_taken_back(jon: Someone) -> None:
    for answer, said in (
        ("no", "You objected: To improve our shops"),
        ("yes", "You said that you do not object: To improve our shops"),
    ):
        page = jon.browser.post("/you/choices/improve-shops/", {"answer": answer}, follow=True)
        assert said in words(page)
    assert [choice.answer for choice in queries.history(jon.id)] == ["yes", "no"]


def test_the_history_says_who_wrote_it_down(jon: Someone) -> None:
    choose(
        jon.id,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="phone",
        evidence="call:417",
        by=ADVISER,
        at=clock.now(),
    )
    page = words(jon.browser.get("/you/choices/"))
    assert "by phone" in page
    assert "recorded by our advisers, Leeds shop" in page


def test_who_changes_their_mind_without_end_is_slowed_and_a_no_always_counts(
    jon: Someone, settings: Any
) -> None:
    """Each answer is kept for good, and every use reads all of them."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"own_change": "2/h/key"}
    statuses = [
        jon.browser.post(OFFERS, {"answer": answer}).status_code
        for answer in ("yes", "no", "yes", "no", "yes", "no")
    ]
    assert statuses == [302, 302, 302, 302, 429, 302]
    assert [choice.answer for choice in queries.history(jon.id)] == ["no", "yes", "no", "yes"]
    corrected = jon.browser.post("/you/details/first_name/", {"value": "Ann"})
    assert corrected.status_code == 429
    assert corrected["Retry-After"] == "3600"


@pytest.mark.parametrize("sent", [{}, {"answer": "perhaps"}])
def test_no_answer_is_asked_again_and_nothing_is_recorded(
    jon: Someone, sent: dict[str, str]
) -> None:
    answer = jon.browser.post(OFFERS, sent)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not queries.history(jon.id)


@pytest.mark.parametrize("purpose", ["deliver-orders", "tax-accounts", "made-up"])
def test_where_there_is_no_choice_none_is_taken(jon: Someone, purpose: str) -> None:
    assert jon.browser.post(f"/you/choices/{purpose}/", {"answer": "no"}).status_code == 404
    assert not queries.history(jon.id)


def test_a_choice_needs_a_form_of_ours(jon: Someone) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = jon.browser.cookies
    assert strict.post(OFFERS, {"answer": "yes"}).status_code == 403
    assert not queries.history(jon.id)


def test_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    assert jon.browser.get(OFFERS).status_code == 405
    assert jon.browser.post("/you/choices/").status_code == 405
    staff = staff_client()
    for address in ("/you/choices/", "/you/choices/1/receipt/", "/you/choices/1/receipt.json"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
        assert staff.get(address).status_code == 403
    assert Client().post(OFFERS, {"answer": "yes"})["Location"].startswith("/accounts/login/")


def test_a_receipt_waits_for_its_seal_and_then_carries_a_proof_that_holds(jon: Someone) -> None:
    jon.browser.post(OFFERS, {"answer": "yes"})
    (choice,) = queries.history(jon.id)
    page, file = f"/you/choices/{choice.id}/receipt/", f"/you/choices/{choice.id}/receipt.json"
    assert "The proof is being prepared" in words(jon.browser.get(page))
    assert json.loads(jon.browser.get(file).content)["ab:proof"] is None
    sequence_now()
    assert "Sealed in our record" in jon.browser.get(page).content.decode()
    answer = jon.browser.get(file)
    receipt = json.loads(answer.content)
    assert answer["Content-Type"].startswith("application/ld+json")
    assert receipt["ab:event"]["dpv:hasConsentStatus"] == "dpv:ConsentGiven"
    entry, _, _ = proofs.verify(receipt["ab:proof"], Verifier.from_vkey(signer().vkey))
    assert (entry.kind, entry.handle, entry.facts["answer"]) == (
        "choice.made",
        world.entries(jon.id, "choice.made")[0].handle,
        "yes",
    )
    assert receipt["dpv:hasDataSubject"] == entry.handle


def test_a_receipt_is_its_owners_alone(jon: Someone, other: Someone) -> None:
    jon.browser.post(OFFERS, {"answer": "yes"})
    (choice,) = queries.history(jon.id)
    for ending in ("receipt/", "receipt.json"):
        assert other.browser.get(f"/you/choices/{choice.id}/{ending}").status_code == 404
        assert jon.browser.get(f"/you/choices/{choice.id + 1}/{ending}").status_code == 404
    assert "Saved" not in other.browser.get(f"/you/choices/?saved={choice.id}").content.decode()


def test_a_receipt_holds_no_name_and_no_address(jon: Someone) -> None:
    jon.browser.post(OFFERS, {"answer": "yes"})
    (choice,) = queries.history(jon.id)
    receipt = jon.browser.get(f"/you/choices/{choice.id}/receipt.json").content.decode()
    assert not any(
        jon.row[column] in receipt for column in ("email", "last_name", "customer_id", "phone")
    )


def test_a_bad_number_in_the_address_is_no_error(jon: Someone) -> None:
    assert jon.browser.get("/you/choices/?saved=abc").status_code == 200
    assert jon.browser.get("/you/choices/99999999999999999999/receipt/").status_code == 404
