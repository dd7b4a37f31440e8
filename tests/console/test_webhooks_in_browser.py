"""The pages of notified systems in a real browser, on a phone and at a desk: axe finds nothing,
from adding a system to sending again what did not arrive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.delivery.webhooks import actions, queries
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.delivery.receiver import OWN, receiving, say, send
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_system_is_added_and_what_did_not_arrive_is_sent_again(page: Page) -> None:
    person, _ = load(1)[0]
    sign_in(page, staff_member(Role.ADMINISTRATOR))
    seen(page, "webhooks-none", "/console/webhooks/")
    seen(page, "webhooks-add", "/console/webhooks/add/")
    page.get_by_label("Name").fill("CRM")
    page.get_by_label("Address", exact=True).fill("https://crm.example/aboveboard/hooks")
    page.locator("[name=events][value='choice.withdrawn']").check()
    page.locator("[name=events][value='person.erased']").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("main")).to_contain_text("whsec_")
    seen(page, "webhooks-secret")
    with receiving() as shop:
        events = ["choice.withdrawn"]
        at = clock.now()
        actions.add("Shop", shop.url, events, networks=OWN, plain_http=True, by=SYSTEM, at=at)
        shop.statuses = [410]
        say(person)
        send()
    place = f"/console/webhooks/{queries.endpoint('Shop').serial}/"
    seen(page, "webhooks", "/console/webhooks/")
    seen(page, "webhook", place)
    seen(page, "webhook-replay", f"{place}replay/")
    page.goto(page.url.split("/console/")[0] + place)
    page.get_by_role("link", name="choice.withdrawn").click()
    seen(page, "webhook-message")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status").first).to_contain_text("It is sent again")
