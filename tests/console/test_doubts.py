"""The page on which it is said whose a line of a leaked file is: who may, what is refused, and the
whole of it with a keyboard alone."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from aboveboard.accounts.models import Account
from aboveboard.basics.actor import Role
from aboveboard.basics.person_codes import person_code
from aboveboard.incidents import queries
from aboveboard.incidents.models import Incident
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.browser import assert_accessible, photograph
from tests.console.asked import refused_to_the_others
from tests.console.test_in_browser import sign_in
from tests.incidents.conftest import open_leak
from tests.pages import words
from tests.world import load

LEADS = (Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR)


def doubted(*, doubt: bool = True) -> tuple[Incident, list[int]]:
    """A counted leak of two lines; in the first stands, with ``doubt``, somebody else's phone."""
    people = load(3)
    (_, ann), (_, bob), (_, cat) = people
    phone = bob["phone"] if doubt else ""
    rows = f"{ann['email']};{phone};secret\n{cat['email']};;secret\n"
    incident = open_leak(("email;phone;password\n" + rows).encode())
    jobs.run_jobs_once(worker="test")
    return incident, [person_id for person_id, _ in people]


def at(incident: Incident) -> str:
    return f"/console/incidents/{incident.number}/lines/ambiguous/"


@pytest.fixture
def lead() -> Account:
    return staff_member(Role.INCIDENT_LEAD, team="Security")


@pytest.fixture
def client(lead: Account) -> Client:
    return staff_client(account=lead)


@pytest.mark.django_db
def test_the_page_is_for_leads_and_says_so_when_nothing_is_in_doubt(client: Client) -> None:
    incident, _ = doubted(doubt=False)
    assert refused_to_the_others(at(incident), LEADS) == []
    assert "There are none" in words(client.get(at(incident)))
    assert client.get("/console/incidents/99/lines/ambiguous/").status_code == 404


@pytest.mark.django_db
def test_what_is_no_answer_changes_nothing_and_says_what_to_do(client: Client) -> None:
    incident, (_, bob, cat) = doubted()
    page = words(client.get(at(incident)))
    assert "Whose is line 2?" in page
    assert "In doubt: all of them are in the count." in page
    for chosen, said in (
        ([], "Choose whose line 2 is."),
        ([str(bob), "nobody"], "Line 2: choose customers, or “None of them”, not both."),
        ([str(cat)], "There is a problem"),
    ):
        answer = client.post(at(incident), {"line": "2", "person": chosen})
        assert answer.status_code == 422
        assert said in words(answer)
        assert b'href="#line-2"' in answer.content
    for wrong in (
        {"person": "nobody"},
        {"line": "two", "person": "nobody"},
        {"line": "1" * 40, "person": "nobody"},
    ):
        assert client.post(at(incident), wrong).status_code == 404
    assert queries.doubts(incident.number)[0].settled is None


@pytest.mark.django_db
def test_whom_a_placeholder_fits_are_listed_in_parts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aboveboard.console.incidents.lines.DOUBTFUL_PEOPLE", 1)
    (_, ann), (bob, bob_row), (cat, cat_row) = load(3)
    line = f"{ann['email']};{bob_row['phone']};{cat_row['phone']}\n"
    incident = open_leak(f"email;phone;mobile\n{line}".encode())
    jobs.run_jobs_once(worker="test")
    first, second = sorted([bob, cat])
    page = client.get(at(incident))
    assert "1 of 2 customers." in words(page)
    assert f"Customer record {person_code(first)}" in words(page)
    assert f"Customer record {person_code(second)}" not in words(page)
    further = f"{at(incident)}?line=2&people={first}"
    assert f'href="?line=2&amp;people={first}"' in page.content.decode()
    page = client.get(further)
    assert f"Customer record {person_code(second)}" in words(page)
    assert f"Customer record {person_code(first)}" not in words(page)
    sent = client.post(further, {"line": "2", "person": [str(second)]})
    assert sent["Location"] == further
    assert queries.doubts(incident.number)[0].settled == (second,)
    assert "Show the first" in words(client.get(f"{at(incident)}?line=2&people={second}"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_doubt_is_settled_with_the_keyboard(page: Page, lead: Account) -> None:
    incident, (_, bob, _) = doubted()
    sign_in(page, lead)
    page.goto(at(incident))
    assert_accessible(page)
    photograph(page, "console-doubts")
    page.get_by_role("button", name="Save").press("Enter")
    problem = page.get_by_role("alert").get_by_role("link")
    expect(problem).to_have_text("Choose whose line 2 is.")
    assert page.title().startswith("Error:")
    assert_accessible(page)
    page.get_by_label(f"Customer record {person_code(bob)}").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Line 2 is settled")
    expect(page.get_by_label(f"Customer record {person_code(bob)}")).to_be_checked()
    assert_accessible(page)
    assert queries.doubts(incident.number)[0].settled == (bob,)
