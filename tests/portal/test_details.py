"""``/you/details/<field>/``: correcting one thing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.access import actions as access
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.portal.forms import DetailForm
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.loading import load
from aboveboard.promise.queries import in_force
from aboveboard.rights.correction import needs_proof
from aboveboard.vault import queries as vault
from tests import world
from tests.accounts.people import staff_client
from tests.pages import words
from tests.portal.conftest import Someone

pytestmark = pytest.mark.django_db


def held(someone: Someone, field: str) -> str | None:
    outcome = access.use(
        UseRequest(CUSTOMER, "show-you-your-data", (field,), "portal", Subject(someone.id)),
        at=clock.now(),
    )
    assert outcome.allowed
    value = outcome.values[field]
    return value.reveal() if value else None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_name", "O’Brien-Süß"),
        ("phone", "+44 20 7946 0958"),
        ("city", "Ripon"),
        ("postal_code", "HG4 1QS"),
    ],
)
def test_a_correction_is_stored_written_down_and_said(jon: Someone, field: str, typed: str) -> None:
    answer = jon.browser.post(f"/you/details/{field}/", {"value": f" {typed} "}, follow=True)
    assert "Corrected: " in answer.content.decode()
    assert held(jon, field) == typed
    assert len(world.entries(jon.id, "correction.made")) == 1


def test_what_is_held_already_is_not_written_again_and_that_is_said(jon: Someone) -> None:
    address = "/you/details/first_name/"
    for says in ("Corrected: ", "Nothing is different, so nothing was changed."):
        answer = jon.browser.post(address, {"value": "Jonas"}, follow=True)
        assert says in answer.content.decode()
    assert len(world.entries(jon.id, "correction.made")) == 1


def test_a_browser_left_open_cannot_turn_the_sign_in_codes_to_somebody_else(jon: Someone) -> None:
    answer = jon.browser.post("/you/details/email/", {"value": "thief@example.org", "sure": "yes"})
    assert answer.status_code == 403
    assert vault.find("email", jon.row["email"]) == [jon.id]
    assert vault.find("email", "thief@example.org") == []


def test_a_country_is_chosen_by_its_name_and_decides_whose_law_applies(jon: Someone) -> None:
    assert "Germany" in jon.browser.get("/you/details/country/").content.decode()
    assert jon.browser.post("/you/details/country/", {"value": "ZZ"}).status_code == 422
    jon.browser.post("/you/details/country/", {"value": "DE"})
    facets = vault.person(jon.id)
    assert facets is not None
    assert facets.jurisdiction == "DE"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_name", ""),
        ("last_name", "  "),
        ("last_name", "x" * 201),
        ("last_name", "two\nlines"),
        ("phone", "call me"),
        ("phone", "12"),
    ],
)
def test_what_cannot_be_is_asked_again_and_nothing_changes(
    jon: Someone, field: str, typed: str
) -> None:
    answer = jon.browser.post(f"/you/details/{field}/", {"value": typed})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert held(jon, field) == jon.row[field]


@pytest.mark.parametrize(
    "field",
    ["card_number", "customer_number", "birth_date", "card_type", "made_up"],
)
def test_what_may_not_be_corrected_here_has_no_page(jon: Someone, field: str) -> None:
    assert jon.browser.get(f"/you/details/{field}/").status_code == 404
    assert jon.browser.post(f"/you/details/{field}/", {"value": "x"}).status_code == 404


def test_only_ones_own_is_corrected(jon: Someone, other: Someone) -> None:
    jon.browser.post("/you/details/last_name/", {"value": "Changed"})
    assert held(other, "last_name") == other.row["last_name"]


def test_the_page_asks_one_thing_and_does_not_print_the_old_value_in_the_address(
    jon: Someone,
) -> None:
    page = jon.browser.get("/you/details/last_name/").content.decode()
    assert page.count('name="value"') == 1


def test_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    assert jon.browser.put("/you/details/last_name/").status_code == 405
    assert Client().get("/you/details/last_name/")["Location"].startswith("/accounts/login/")
    assert (
        Client()
        .post("/you/details/last_name/", {"value": "A"})["Location"]
        .startswith("/accounts/login/")
    )
    assert staff_client().get("/you/details/last_name/").status_code == 403


def test_whoever_types_a_new_address_reads_that_a_code_is_sent_there() -> None:
    fields = load(world.PROMISE_FILE.read_text("utf-8"), name="retailer.yaml").fields
    hint = {
        key: str(DetailForm(field=field, region="GB").fields["value"].help_text)
        for key, field in fields.items()
    }
    saying = {key for key, words in hint.items() if "We send a code to this address" in words}
    assert saying == {key for key, field in fields.items() if needs_proof(field)} == {"email"}


def test_what_is_held_stands_beside_the_new_value_and_to_show_it_is_a_use(jon: Someone) -> None:
    page = words(jon.browser.get("/you/details/last_name/"))
    assert f"What we hold now {jon.row['last_name']}" in page
    assert jon.row["first_name"] not in page, "no more than is asked about"
    (use,) = use_records(jon.id, own=True)
    assert use.fields == ("last_name",)
    assert jon.row["last_name"] in words(
        jon.browser.post("/you/details/last_name/", {"value": "two\nlines"})
    )
    held_country = words(jon.browser.get("/you/details/country/"))
    assert "What we hold now United Kingdom" in held_country


def test_nothing_is_shown_beside_it_that_the_promise_does_not_let_be_shown(jon: Someone) -> None:
    raw = world.PROMISE_FILE.read_text("utf-8")
    before, at, after = raw.partition("  show-you-your-data:")
    less = before + at + after.replace("first_name, last_name, ", "first_name, ", 1)
    assert less != raw
    adopt_promise(less, name="less.yaml", by=world.ADVISER, at=clock.now())
    page = words(jon.browser.get("/you/details/last_name/"))
    assert "What should it be?" in page
    assert jon.row["last_name"] not in page


def test_what_cannot_be_corrected_says_why_and_whom_to_ask(jon: Someone) -> None:
    page = jon.browser.get("/you/").content.decode()
    for why in (
        "We gave you this, so you cannot change it here.",
        "Your bank or payment provider gave you this.",
        "We need to see a document that shows it.",
    ):
        assert why in page
    contact = in_force().promise.organisation.contact
    assert re.search(
        rf'href="mailto:{re.escape(contact)}">\s*Ask us<span[^>]*>: Date of birth', page
    )


def test_whoever_moves_changes_the_whole_address_on_one_page(jon: Someone) -> None:
    assert 'href="/you/moving/"' in jon.browser.get("/you/").content.decode()
    assert 'href="/you/moving/"' in jon.browser.get("/you/details/city/").content.decode()
    assert 'href="/you/moving/"' not in jon.browser.get("/you/details/phone/").content.decode()
    page = words(jon.browser.get("/you/moving/"))
    assert f"What we hold now {jon.row['address_line1']}" in page
    now = {
        "address_line1": "Hauptstraße 5",
        "address_line2": "",
        "city": "Köln",
        "region": "NW",
        "postal_code": "50667",
        "country": "DE",
    }
    answer = jon.browser.post("/you/moving/", now, follow=True)
    assert "Corrected: Address, line 1, " in answer.content.decode()
    assert {key: held(jon, key) or "" for key in now} == now
    facets = vault.person(jon.id)
    assert facets is not None
    assert facets.jurisdiction == "DE"
    changed = sum(jon.row[key] != value for key, value in now.items())
    assert len(world.entries(jon.id, "correction.made")) == changed


def test_a_second_line_of_the_street_is_left_behind(jon: Someone) -> None:
    jon.browser.post("/you/details/address_line2/", {"value": "Flat 3"})
    assert "Flat 3" in words(jon.browser.get("/you/"))
    form = jon.browser.get("/you/moving/").context["form"]
    now = {name: form[name].value() or "" for name in form.fields} | {"address_line2": ""}
    jon.browser.post("/you/moving/", now)
    assert held(jon, "address_line2") == ""
    assert "Corrected: Address, line 2." in words(jon.browser.get("/you/"))
    page = words(jon.browser.get("/you/"))
    assert "Flat 3" not in page
    assert "Address, line 2" not in page, "what holds nothing is not shown as held"


def test_a_move_is_stored_whole_or_not_at_all(jon: Someone) -> None:
    before = {key: held(jon, key) for key in ("city", "country", "postal_code")}
    for wrong in ({"city": ""}, {"country": "ZZ"}, {"address_line1": "two\nlines"}):
        form = jon.browser.get("/you/moving/").context["form"]
        now = {name: form[name].value() or "" for name in form.fields}
        answer = jon.browser.post("/you/moving/", now | {"postal_code": "NEW 1"} | wrong)
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
    assert {key: held(jon, key) for key in before} == before
    assert "Town or city: enter what it is now." in words(
        jon.browser.post("/you/moving/", now | {"city": ""})
    )


def test_a_move_to_where_one_lives_changes_nothing(jon: Someone) -> None:
    form = jon.browser.get("/you/moving/").context["form"]
    now = {name: form[name].value() or "" for name in form.fields}
    answer = jon.browser.post("/you/moving/", now, follow=True)
    assert "Nothing is different, so nothing was changed." in answer.content.decode()
    assert not world.entries(jon.id, "correction.made")


def test_nobody_else_moves_somebody(jon: Someone, other: Someone) -> None:
    city = held(other, "city")
    jon.browser.post("/you/moving/", {"address_line1": "1 New Street", "city": "Hull"})
    assert held(other, "city") == city
    assert jon.browser.put("/you/moving/").status_code == 405
    assert Client().get("/you/moving/")["Location"].startswith("/accounts/login/")
    assert staff_client().get("/you/moving/").status_code == 403
