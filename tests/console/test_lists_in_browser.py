"""Lists in a real browser, on a phone and at a desk: axe finds nothing, their heads are reached by
keyboard, and what is searched for stays out of the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.incidents.models import NoticeBatch
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.loss import approved, lost_laptop
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_lists_are_searched_filtered_and_ordered(page: Page, tmp_path: Path) -> None:
    people = [person for person, _ in load(PAGE_SIZE + 5)]
    lost = lost_laptop(people, tmp_path, at=clock.now())
    approved(lost, at=clock.now())
    sign_in(page, staff_member(Role.INCIDENT_LEAD))
    seen(page, "list-incidents", "/console/incidents/")
    seen(page, "list-exports", "/console/exports/")
    place = f"/console/incidents/{lost.number}"
    seen(page, "list-people", f"{place}/people/")
    seen(page, "list-notices", f"{place}/notices/{NoticeBatch.objects.get().pk}/people/")
    seen(page, "state-not-yet", f"{place}/state/told/")
    seen(page, "state-contained", f"{place}/state/contained/")
    seen(page, "incident-status", f"{place}/")

    page.goto("/console/devices/")
    page.get_by_role("link", name="Records", exact=True).press("Enter")
    head = page.get_by_role("columnheader", name="Records")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.get_by_label("Label, name or holder").fill("field laptop")
    page.get_by_label("Label, name or holder").press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 device matches")
    assert "field" not in page.url
    seen(page, "list-searched")
    page.get_by_role("button", name="Device", exact=True).press("Enter")
    expect(page.get_by_role("columnheader", name="Device")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.get_by_label("Label, name or holder")).to_have_value("field laptop")
    page.get_by_label("Label, name or holder").fill("zeppelin")
    page.get_by_label("Label, name or holder").press("Enter")
    seen(page, "list-nothing")
    page.get_by_role("link", name="Show all devices").click()
    expect(page.get_by_role("status")).to_have_text("1 device")
