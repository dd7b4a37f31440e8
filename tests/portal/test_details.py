"""``/you/details/<field>/``: correcting one thing."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.portal.forms import DetailForm
from aboveboard.promise.loading import load
from aboveboard.rights.correction import needs_proof
from aboveboard.vault import queries as vault
from tests import world
from tests.accounts.people import staff_client
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
        ("city", "York"),
        ("postal_code", "YO1 7HH"),
    ],
)
def test_a_correction_is_stored_written_down_and_said(jon: Someone, field: str, typed: str) -> None:
    answer = jon.browser.post(f"/you/details/{field}/", {"value": f" {typed} "}, follow=True)
    assert "Corrected: " in answer.content.decode()
    assert held(jon, field) == typed
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
