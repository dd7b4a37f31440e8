"""Acting for somebody in a real browser: every page says for whom, on a phone too, and axe finds
nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible, photograph
from tests.portal.test_in_browser import sign_in
from tests.representation.made import approved
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_choosing_for_whom_to_being_oneself_again(page: Page) -> None:
    (mine, _), (theirs, row), (third, _), *_ = load(9)
    approved(theirs, mine)
    approved(mine, third, reference="lpa/2")
    sign_in(page, mine)
    page.get_by_role("link", name="Choose for whom you act").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acting for somebody")
    assert_accessible(page)
    photograph(page, "acting")
    page.get_by_role("button", name="Act for them").click()
    banner = page.get_by_role("region", name="For whom you act")
    expect(banner).to_contain_text(f"{row['first_name']} {row['last_name']}")
    assert_accessible(page)
    photograph(page, "acting-home")
    page.get_by_role("link", name="Your choices").first.click()
    expect(banner).to_be_visible()
    page.goto("/you/requests/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You cannot do this for them")
    assert_accessible(page)
    photograph(page, "acting-refused")
    page.get_by_role("main").get_by_role("button", name="Back to your own data").click()
    expect(banner).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("This is what we hold about you.")
