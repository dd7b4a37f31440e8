"""From a report on a phone to the case with its tasks, in a real browser: axe finds nothing on any
page of the way, and the report needs no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.basics.actor import Role
from aboveboard.incidents.case import tasks
from aboveboard.incidents.models import Incident
from tests.accounts.people import staff_member
from tests.browser import PHONE, assert_accessible, photograph
from tests.console.test_in_browser import sign_in
from tests.world import adopt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_report_on_a_phone_becomes_a_case_with_tasks(
    page: Page, scriptless: Callable[[], BrowserContext]
) -> None:
    adopt()
    reporter, lead = staff_member(Role.ADVISER), staff_member(Role.INCIDENT_LEAD)
    with scriptless() as context:
        phone = context.new_page()
        phone.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        sign_in(phone, reporter)
        phone.goto("/console/report-a-loss/")
        phone.get_by_label("An e-mail to the wrong people").check()
        phone.get_by_role("button", name="Continue").click()
        phone.get_by_role("button", name="Continue").click()
        phone.get_by_label("Your account").fill("The newsletter went out in Cc.")
        phone.get_by_role("button", name="Report it").click()
        expect(phone.get_by_role("main")).to_contain_text("Do not send a second e-mail about it.")
    incident = Incident.objects.get()
    assert incident.reported_in_seconds is not None
    assert incident.reported_in_seconds < 60
    first, second = tasks.tasks(incident.number, at=incident.opened_at)[:2]
    sign_in(page, lead)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    place = f"/console/incidents/{incident.number}/"
    page.goto(place)
    page.get_by_role("button", name=first.title).click()
    expect(page.get_by_role("status")).to_contain_text("Marked as done")
    inspect_page(page, "case-tasks")
    page.get_by_role("link", name=second.title).click()
    page.get_by_label("Who does it?").select_option(label=reporter.name)
    page.get_by_role("button", name="Save").click()
    inspect_page(page, "case-task")
    page.get_by_role("link", name="It is not needed").click()
    page.get_by_label("Why is it not needed?").fill("It bounced.")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("status")).to_contain_text("not needed")
    page.goto(place)
    page.get_by_role("link", name="Who does what").click()
    page.get_by_label("Who takes it?").select_option(label=lead.name)
    page.get_by_role("button", name="Hand over").click()
    inspect_page(page, "case-roles")
    page.goto(f"{place}decisions/")
    page.get_by_label("What is decided?").fill("We write to everybody.")
    page.get_by_label("Why?").fill("They can protect themselves.")
    page.get_by_role("button", name="Record").click()
    inspect_page(page, "case-decisions")
    page.goto(f"{place}communications/")
    page.get_by_label("Why?").fill("The police ask for it.")
    page.get_by_role("button", name="Freeze communications").click()
    inspect_page(page, "case-communications")
    page.goto(place)
    expect(page.get_by_role("heading", name="Communications are frozen")).to_be_visible()
    inspect_page(page, "case-incident")
    page.get_by_role("link", name="VERIS record").click()
    inspect_page(page, "case-veris")


def inspect_page(page: Page, name: str) -> None:
    """Ask axe, and take the picture."""
    assert_accessible(page)
    photograph(page, name)
