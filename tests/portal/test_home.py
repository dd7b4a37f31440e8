"""``/you/``: what we hold about you, and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from aboveboard.access import actions as access
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.portal import wording
from aboveboard.promise.loading import load as load_promise
from aboveboard.vault import actions as vault
from aboveboard.vault.models import Person
from aboveboard.vault.origin import ValueOrigin, of_promise
from tests.accounts.people import staff_client
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER, OFFERS, PROMISE_FILE

pytestmark = pytest.mark.django_db


def text(someone: Someone, address: str = "/you/") -> str:
    return words(someone.browser.get(address))


def test_everything_held_is_shown_in_plain_words(jon: Someone) -> None:
    page = text(jon)
    assert f"Hello {jon.row['first_name']}." in page
    for column in ("customer_id", "email", "phone", "address_line1", "postal_code"):
        assert jon.row[column].replace("'", "&#x27;") in page
    for said in (
        "United Kingdom",
        "To deliver what you order",
        "Shared with the courier",
        "Kept six years after your last order.",
    ):
        assert said in page


def test_each_thing_says_when_where_and_for_what_it_was_collected(jon: Someone) -> None:
    page = text(jon)
    day = wording.day(clock.now())
    assert (
        page.count(
            f"Unless we say otherwise below: Collected on {day} (in a shop). To deliver what you "
            "order."
        )
        == 1
    )
    assert page.count(f"Collected on {day} (in a shop). To deliver what you order.") == 1, (
        "what most share is said once"
    )
    assert page.count(f"Collected on {day} (in a shop). To send offers chosen for you.") == 1, (
        "the date of birth"
    )
    jon.browser.post("/you/details/phone/", {"value": "+44 20 7946 0999"})
    assert text(jon).count(f"Collected on {day} (your data page). To deliver what you order.") == 1


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_what_is_not_known_of_an_origin_is_said_in_plain_words(language: str) -> None:
    promise = load_promise(PROMISE_FILE.read_text("utf-8"), name="retailer.yaml").in_language(
        language
    )
    said = set()
    with override(language):
        for where in (
            of_promise(1),
            ValueOrigin(1, clock.now(), "import", ""),
            ValueOrigin(1, clock.now(), "shop", "dropped-since"),
        ):
            said.add(wording.origin(promise, where))
    assert len(said) == 3
    assert all(
        len(sentence.split()) <= PLAIN_SENTENCE_WORDS
        for whole in said
        for sentence in whole.split(". ")
    )


def test_of_a_card_only_the_last_four_digits_are_shown(jon: Someone) -> None:
    page = text(jon)
    assert f"ending {jon.row['card_number'][-4:]}" in page
    assert jon.row["card_number"] not in page


def test_the_number_of_things_is_the_number_of_rows(jon: Someone) -> None:
    page = jon.browser.get("/you/")
    number = re.search(r"We hold (\d+) details about you", words(page))
    assert number
    assert int(number[1]) == page.content.decode().count("govuk-summary-list__key")


def test_only_purposes_that_ones_choices_leave_in_use_are_counted(jon: Someone) -> None:
    assert "and use them for 6 purposes." in text(jon), "all but offers, which nobody said yes to"
    choose(
        jon.id,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="phone",
        evidence="call:417",
        by=ADVISER,
        at=clock.now(),
    )
    assert "and use them for 7 purposes." in text(jon)
    choose(
        jon.id,
        "improve-shops",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:418",
        by=ADVISER,
        at=clock.now(),
    )
    assert "and use them for 6 purposes." in text(jon)


def test_opening_ones_own_data_is_a_use_like_any_other(jon: Someone) -> None:
    text(jon)
    (use,) = use_records(jon.id, own=True)
    assert (use.granted, use.purpose, use.channel, use.is_own) == (
        True,
        "show-you-your-data",
        "portal",
        True,
    )


def test_the_looks_of_others_are_counted_and_the_latest_is_said(jon: Someone) -> None:
    assert "0 looks" in text(jon)
    access.use(
        UseRequest(ADVISER, "answer-contact", ("first_name",), "phone", Subject(jon.id)),
        at=clock.now(),
    )
    access.use(
        UseRequest(OFFERS, "personal-offers", ("email",), "email", Subject(jon.id)),
        at=clock.now(),
    )
    page = text(jon)
    assert "2 looks" in page
    assert "The latest was refused: The program that chooses offers, Marketing." in page


def test_a_choice_made_by_phone_is_said_where_it_counts(jon: Someone) -> None:
    assert "You have not said yes, so we do not do it." in text(jon)
    choose(
        jon.id,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="phone",
        evidence="call:417",
        by=ADVISER,
        at=clock.now(),
    )
    assert re.search(r"You said yes on \d+ \w+ \d{4} \(by phone\)\.", text(jon))


def test_each_sees_only_their_own(jon: Someone, other: Someone) -> None:
    assert jon.row["email"] not in text(other)
    assert other.row["email"] not in text(jon)


def test_whoever_is_erased_is_signed_out_at_once(jon: Someone) -> None:
    browser = jon.browser
    vault.erase(jon.id, reason="asked", by=ADVISER, at=clock.now())
    assert browser.get("/you/")["Location"].startswith("/accounts/login/")


def test_an_account_without_a_record_is_told_that_nothing_is_held(jon: Someone) -> None:
    browser = jon.browser
    Person.objects.filter(id=jon.id).delete()
    answer = browser.get("/you/")
    assert answer.status_code == 404
    assert "We hold nothing about you" in answer.content.decode()


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("FR", "Voici ce que nous détenons sur vous"),
        ("DE", "Diese Daten haben wir über Sie gespeichert"),
    ],
)
def test_the_page_speaks_the_persons_language_whatever_the_browser_asks_for(
    crowd: list[Someone], country: str, said: str
) -> None:
    someone = next(someone for someone in crowd if someone.row["country"] == country)
    answer = someone.browser.get("/you/", headers={"Accept-Language": "en"})
    assert said in words(answer)
    assert answer["Content-Language"] == country.lower()
    assert f'<html lang="{country.lower()}"' in answer.content.decode()


def test_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    assert jon.browser.post("/you/").status_code == 405
    assert Client().get("/you/")["Location"].startswith("/accounts/login/")
    assert staff_client().get("/you/").status_code == 403


def test_a_page_with_personal_data_is_in_no_cache(jon: Someone) -> None:
    assert jon.browser.get("/you/")["Cache-Control"] == "no-store"


def test_pages_that_open_ones_data_are_not_opened_without_end(jon: Someone, settings: Any) -> None:
    """Each is a use, and writes an entry that stays for good."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"own_use": "2/m/key"}
    statuses = [jon.browser.get("/you/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert jon.browser.get("/you/choices/").status_code == 200
