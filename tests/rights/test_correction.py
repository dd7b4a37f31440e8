"""Correcting a person's e-mail address, phone and country: proved, told, stronger than a file."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.intake.models import FieldNote, FormerAddress
from aboveboard.ledger.models import Entry
from aboveboard.outbox.jobs import run_jobs_once
from aboveboard.promise.queries import in_force
from aboveboard.rights import correction
from aboveboard.vault import actions
from aboveboard.vault import queries as vault
from aboveboard.vault.actions import BadValue
from aboveboard.vault.rekeying import people as rekeying
from tests.accounts.people import customer_client, staff_client
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db

Someone = tuple[int, dict[str, str]]


@pytest.fixture
def ann() -> Someone:
    return next(each for each in load(40) if each[1]["country"] == "GB")


def correct(person: int, key: str, value: str, **more: bool) -> None:
    correction.correct(person, key, value, channel="phone", by=ADVISER, at=clock.now(), **more)


def code_in_mail() -> str:
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_a_new_address_is_told_at_the_old_one_and_the_new_and_then_the_old_is_forgotten(
    ann: Someone,
) -> None:
    person, row = ann
    correct(person, "email", "new@example.org", proved=True)
    assert vault.find("email", "new@example.org") == [person]
    assert vault.find("email", row["email"]) == []
    (kept,) = FormerAddress.objects.all()
    assert row["email"].encode() not in bytes(kept.sealed)
    run_jobs_once(worker="test", limit=5)
    assert [message.to for message in mail.outbox] == [[row["email"].lower()], ["new@example.org"]]
    assert "If this was not you" in str(mail.outbox[0].body)
    assert "new@example.org" not in str(mail.outbox[0].body)
    assert not FormerAddress.objects.exists()
    run_jobs_once(worker="test", limit=5)
    assert len(mail.outbox) == 2
    assert Entry.objects.filter(kind="address.told").count() == 1


def test_an_address_that_nobody_proved_is_refused(ann: Someone) -> None:
    with pytest.raises(correction.AddressNotProved):
        correct(ann[0], "email", "new@example.org")
    assert vault.find("email", "new@example.org") == []


def test_whoever_is_erased_before_they_were_told_is_written_to_no_more(ann: Someone) -> None:
    correct(ann[0], "email", "new@example.org", proved=True)
    actions.erase(ann[0], reason="asked", by=ADVISER, at=clock.now())
    run_jobs_once(worker="test", limit=5)
    assert mail.outbox == []
    assert not FormerAddress.objects.exists()


def test_a_country_decides_whose_law_protects_them(ann: Someone) -> None:
    person, _ = ann
    correct(person, "country", "fr")
    facets = vault.person(person)
    assert facets is not None
    assert facets.jurisdiction == "FR"
    correct(person, "country", "us")
    correct(person, "region", "tx")
    moved = vault.person(person)
    assert moved is not None
    # Nobody gave them a region before; their language is their own and stays.
    assert (moved.jurisdiction, moved.language) == ("US-TX", facets.language)
    correct(person, "country", "ca")
    correct(person, "region", "on")
    assert vault.person(person).jurisdiction == "CA-ON"  # type: ignore[union-attr]
    correct(person, "country", "de")
    correct(person, "region", "by")
    elsewhere = vault.person(person)
    assert elsewhere is not None
    assert elsewhere.jurisdiction == "DE", "no law of its own is held for it"
    with pytest.raises(BadValue):
        correct(person, "country", "Utopia")
    notes = FieldNote.objects.filter(person_id=person)
    assert {note.state for note in notes} == {"corrected"}


def test_a_phone_number_finds_them_and_the_old_one_does_not(ann: Someone) -> None:
    person, row = ann
    correct(person, "phone", "+44 20 7946 0958")
    assert vault.find("phone", "+44 (20) 7946 0958") == [person]
    assert person not in vault.find("phone", row["phone"])


@pytest.mark.parametrize("field", ["birth_date", "card_number", "customer_number"])
def test_what_needs_a_document_is_not_corrected_here(ann: Someone, field: str) -> None:
    with pytest.raises(correction.NotCorrectable):
        correct(ann[0], field, "x")


def recently_signed_in(browser: Client, *, minutes: int = 0) -> None:
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "code", "at": (clock.now() - timedelta(minutes=minutes)).timestamp()}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def test_a_person_changes_their_address_with_the_code_that_was_sent_there(ann: Someone) -> None:
    person, row = ann
    browser = customer_client(person)
    recently_signed_in(browser)
    asked = browser.post("/you/details/email/", {"value": "Mine@Example.org"})
    assert asked["Location"] == "/you/details/email/code/"
    assert mail.outbox[-1].to == ["mine@example.org"]
    assert vault.find("email", row["email"]) == [person]
    wrong = browser.post("/you/details/email/code/", {"code": "x"})
    assert wrong.status_code == 422
    right = browser.post("/you/details/email/code/", {"code": code_in_mail()}, follow=True)
    assert "Corrected: E-mail address." in right.content.decode()
    assert vault.find("email", "mine@example.org") == [person]
    again = browser.get("/you/details/email/code/")
    assert again["Location"] == "/you/details/email/"


def test_a_code_is_guessed_at_three_times_and_no_more(ann: Someone) -> None:
    person, row = ann
    browser = customer_client(person)
    recently_signed_in(browser)
    browser.post("/you/details/email/", {"value": "mine@example.org"})
    code = code_in_mail()
    for _ in range(3):
        browser.post("/you/details/email/code/", {"code": "000000" if code != "000000" else "1"})
    browser.post("/you/details/email/code/", {"code": code})
    assert vault.find("email", row["email"]) == [person]


def test_a_browser_left_open_changes_no_address(ann: Someone) -> None:
    browser = customer_client(ann[0])
    recently_signed_in(browser, minutes=6)
    answer = browser.post("/you/details/email/", {"value": "thief@example.org"})
    assert answer.status_code == 403
    assert "Sign in again first" in words(answer)
    assert mail.outbox == []


def find_person(adviser: Client, row: dict[str, str]) -> str:
    page = adviser.post(
        "/console/people/answer-contact/",
        {
            "who": row["email"],
            "channel": "phone",
            "fields_wanted": ["first_name"],
            "reference": "call-1",
        },
    )
    found = re.search(r'name="note" value="([^"]+)"', page.content.decode())
    assert found, page.content.decode()[:2000]
    return found[1]


def test_an_adviser_corrects_a_country_and_an_address_that_was_proved(ann: Someone) -> None:
    person, row = ann
    adviser = staff_client(Role.ADVISER)
    note = find_person(adviser, row)
    page = "/console/people/correct/"
    assert "What is wrong?" in words(adviser.post(page, {"note": note}))
    done = adviser.post(page, {"note": note, "field": "country", "value": "de"})
    assert "Corrected: Country" in words(done)
    bad = adviser.post(page, {"note": note, "field": "email", "value": "no address"})
    assert bad.status_code == 422
    asked = adviser.post(page, {"note": note, "field": "email", "value": "new@example.org"})
    assert "Ask them to read it out" in words(asked)
    wrong = adviser.post(page, {"note": note, "field": "email", "code": "1"})
    assert wrong.status_code == 422
    code = code_in_mail()
    done = adviser.post(page, {"note": note, "field": "email", "code": code})
    assert "They are told at the old address and the new one" in words(done)
    assert vault.find("email", "new@example.org") == [person]
    assert adviser.post(page, {"note": "forged"}).status_code == 409


def test_the_old_address_is_still_told_after_the_person_got_a_new_key(ann: Someone) -> None:
    person, row = ann
    correct(person, "email", "new@example.org", proved=True)
    rekeying.rotate_one(person, by=SYSTEM, at=clock.now())
    run_jobs_once(worker="test", limit=5)
    assert mail.outbox[0].to == [row["email"].lower()]


def test_a_notice_that_the_old_address_refused_goes_to_the_new_one(ann: Someone) -> None:
    person, _ = ann
    batch = Batch.objects.create(
        kind="test", ref={}, mail_domain="x.example", created_at=clock.now()
    )
    rows = {
        reason: Dispatch.objects.create(
            batch=batch,
            person_id=number,
            channel="email",
            language="en",
            state="failed",
            reason=reason,
            due_at=clock.now(),
        )
        for reason, number in (("refused", person), ("worker-died", person + 1))
    }
    correct(person, "email", "new@example.org", proved=True)
    run_jobs_once(worker="test", limit=5)
    states = {reason: Dispatch.objects.get(pk=row.pk).state for reason, row in rows.items()}
    assert states == {"refused": "queued", "worker-died": "failed"}


def test_a_move_to_a_part_of_a_country_decides_whose_law_protects_them(ann: Someone) -> None:
    def move(**values: str) -> str:
        correction.correct_fields(ann[0], values, channel="phone", by=ADVISER, at=clock.now())
        facets = vault.person(ann[0])
        assert facets is not None
        return facets.jurisdiction

    assert move(region="tx", country="US", city="Austin") == "US-TX"
    assert move(country="DE", region="NW") == "DE", "no law of its own"
    assert move(city="Köln") == "DE"


def test_of_a_move_that_cannot_be_stored_whole_nothing_is(ann: Someone) -> None:
    person, row = ann
    for wrong, refusal in (
        ({"country": "Atlantis"}, BadValue),
        ({"birth_date": "1980-01-01"}, correction.NotCorrectable),
        ({"email": "new@example.org"}, correction.AddressNotProved),
    ):
        with pytest.raises(refusal):
            correction.correct_fields(
                person, {"city": "Hull"} | wrong, channel="phone", by=ADVISER, at=clock.now()
            )
    assert not Entry.objects.filter(kind="correction.made").exists()
    assert vault.find("email", row["email"]) == [person]


@pytest.mark.parametrize(
    ("key", "bar"),
    [
        ("last_name", None),
        ("address_line1", None),
        ("customer_number", "issued"),
        ("card_type", "payment"),
        ("card_number", "payment"),
        ("birth_date", "paper"),
        ("purchase_proof", "record"),
    ],
)
def test_what_cannot_be_corrected_has_a_reason(ann: Someone, key: str, bar: str | None) -> None:
    assert correction.correction_bar(in_force().promise.fields[key]) == bar
