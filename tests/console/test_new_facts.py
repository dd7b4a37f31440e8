"""Telling only what is new, in the console and on the command line."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.commands.main import main
from aboveboard.incidents.notices import actions, queries
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.incidents.test_versions import EMAIL, NAME, add, letter
from tests.loss import LEAD, SECOND
from tests.world import load


@pytest.fixture
def number(db: None) -> int:
    """A loss whose people were told before more was known: two were added, and of one of those who
    were told more is exposed."""
    people, number = load(5), letter()
    add(number, people[:3], NAME)
    batch = actions.prepare(number, by=LEAD, at=clock.now())
    actions.approve(batch.id, by=SECOND, at=clock.now())
    jobs.run_jobs_once(worker="test")
    add(number, people[3:], NAME)
    add(number, people[:1], EMAIL)
    return number


@pytest.mark.django_db
def test_notices_are_prepared_for_those_alone_to_whom_something_is_new(number: int) -> None:
    lead = staff_client(Role.INCIDENT_LEAD)
    page = " ".join(lead.get(f"/console/incidents/{number}/versions/").content.decode().split())
    assert "People who were added since: 2" in page
    assert "People of whom more is exposed since: 1" in page
    place = f"/console/incidents/{number}/notices/new/added/"
    assert "Prepare 2 notices" in " ".join(lead.get(place).content.decode().split())
    answer = lead.post(place, {"en": "We changed the locks."})
    assert answer.status_code == 302
    batch = queries.newest_batch(number)
    assert batch is not None
    assert (batch.people, batch.waits_for_approval) == (2, True)
    assert "2" in lead.get(answer["Location"]).content.decode()
    assert lead.post(place, {}).status_code == 422


@pytest.mark.django_db
def test_the_same_by_command(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    reference = f"INC-{number:04}"
    assert main(["incident", "notices", "prepare", reference, "--new", "more", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"] == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_looked_at(number: int, page: Page) -> None:
    sign_in(page, staff_member(Role.INCIDENT_LEAD))
    seen(page, "versions-new-facts", f"/console/incidents/{number}/versions/")
    page.get_by_role("link", name="Prepare notices of what is new").click()
    seen(page, "prepare-new")
    expect(page.get_by_role("main")).to_contain_text("They are told just what is new")
