"""Letting somebody in, in a real browser: by keyboard, on a phone too, and axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from aboveboard.accounts.clients.actions import make_client
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from tests.browser import assert_accessible, photograph
from tests.portal.test_in_browser import sign_in
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_choices_to_the_end_of_it_by_keyboard(page: Page) -> None:
    (person, _), *_ = load(2)
    make_client(
        name="Fairwheel", role="third-party", team="", purposes=["get-advice"], channels=["api"],
        rights=["third-party:consumer-advice"], by=SYSTEM, at=clock.now(),
    )  # fmt: skip
    sign_in(page, person)
    page.get_by_role("link", name="Your choices").first.click()
    page.get_by_role("link", name="Let somebody in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Let somebody in")
    expect(page.get_by_label("Last day")).not_to_have_value("")
    assert_accessible(page)
    photograph(page, "third-parties")
    page.get_by_role("button", name="Let them in").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("They are let in")
    expect(page.get_by_role("main")).to_contain_text("They have not looked.")
    assert_accessible(page)
    photograph(page, "third-parties-open")
    end = page.get_by_role("button", name="End it now")
    end.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("They cannot read anything more from us")
    expect(end).to_have_count(0)
    assert_accessible(page)
