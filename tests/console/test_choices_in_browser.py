"""A yes that waits, in a real browser: the customer sees it, and a colleague checks it."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from tests.accounts.people import customer_client, staff_client, staff_member
from tests.browser import assert_accessible, photograph
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def become(page: Page, cookie: str) -> None:
    page.context.clear_cookies()
    page.goto("/healthz")
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": page.url}]
    )


def test_a_yes_that_waits_is_seen_and_checked(page: Page) -> None:
    person, _ = load(3)[0]
    recorder = actor_for(staff_member(email="ben@staff.example"))
    says: list[tuple[ChoiceAnswer, Actor, str]] = [
        (ChoiceAnswer.NO, CUSTOMER, "portal"),
        (ChoiceAnswer.YES, recorder, "phone"),
    ]
    for answer, by, channel in says:
        choose(
            person,
            "personal-offers",
            answer,
            channel=channel,
            evidence=f"{channel}:417",
            by=by,
            at=clock.now(),
        )
    become(page, customer_client(person).cookies[settings.SESSION_COOKIE_NAME].value)
    for name, address in (("portal-unconfirmed", "/you/"), ("portal-waits", "/you/choices/")):
        page.goto(address)
        assert_accessible(page)
        photograph(page, name)
    account = staff_member(Role.ADVISER)
    become(page, staff_client(account=account).cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto("/console/")
    assert_accessible(page)
    photograph(page, "console-home-confirm")
    page.get_by_role("link", name="Check it", exact=True).click()
    assert_accessible(page)
    photograph(page, "choices-to-confirm")
    page.get_by_role("link", name="Check").first.click()
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose yes or no.")
    assert_accessible(page)
    photograph(page, "confirm-choice")
    page.get_by_label("Yes").check()
    page.get_by_label("What you checked").fill("recording-7")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Nothing to confirm")).to_be_visible()
