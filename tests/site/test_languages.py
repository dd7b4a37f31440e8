"""Choosing a language: links below each page that has a choice, kept in this browser."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.people import customer_client, staff_client
from tests.pages import words
from tests.world import adopt, load

pytestmark = [pytest.mark.django_db, pytest.mark.one_database("links of pages")]

SWITCH = 'aria-label="Language"'
FRENCH = {"accept-language": "fr"}


@pytest.mark.parametrize(
    "page", ["/accounts/login/", "/accounts/staff/", "/nowhere/", "/trust/check/"]
)
def test_a_page_is_read_in_the_language_that_was_chosen_and_so_are_the_next(page: str) -> None:
    browser = Client()
    text = browser.get(page).content.decode()
    assert SWITCH in text
    assert f'href="/language/de/?next={page}"' in text
    answer = browser.get(f"/language/de/?next={page}")
    assert answer["Location"] == page
    for address in (page, "/accounts/login/"):
        german = browser.get(address, headers=FRENCH)
        assert '<html lang="de"' in german.content.decode()
        assert 'aria-label="Sprache"' in german.content.decode()
    browser.get("/language/en/")
    assert '<html lang="en"' in browser.get(page, headers=FRENCH).content.decode()


def test_what_a_customer_chose_goes_before_what_we_hold_of_them() -> None:
    person = next(person for person, row in load(40) if row["country"] == "DE")
    browser = customer_client(person)
    assert "Deutsch" in words(browser.get("/you/"))
    assert browser.get("/you/")["Content-Language"] == "de"
    browser.get("/language/fr/?next=/you/")
    answer = browser.get("/you/")
    assert answer["Content-Language"] == "fr"
    assert "Pour livrer vos commandes" in words(answer), "the promise too"
    assert "Consultations" in words(browser.get("/you/who-has-looked/"))


@pytest.mark.parametrize("spoiled", ["xx", "", "fr\r\nSet-Cookie: a=b", "../fr"])
def test_a_spoiled_choice_is_none(spoiled: str) -> None:
    person = next(person for person, row in load(40) if row["country"] == "DE")
    browser = customer_client(person)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = spoiled
    assert browser.get("/you/")["Content-Language"] == "de"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "", "javascript:x"]
)
def test_it_leads_to_no_other_site(target: str) -> None:
    answer = Client().get("/language/fr/", {"next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_pages_in_english_alone_offer_no_choice() -> None:
    adopt()
    staff = staff_client()
    staff.get("/language/de/")
    text = staff.get("/console/").content.decode()
    assert '<html lang="en"' in text
    assert "/language/" not in text


def test_a_language_that_we_do_not_speak_and_a_wrong_method() -> None:
    assert Client().get("/language/xx/").status_code == 404
    assert Client().post("/language/fr/").status_code == 405


def test_the_choice_is_kept_for_a_year_where_no_script_can_read_it() -> None:
    cookie = Client().get("/language/fr/").cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (
        365 * 24 * 3600,
        True,
        "Lax",
    )
