"""The pages of staff in a real browser, on a phone and at a desk: axe finds nothing, from the
invitation to the end of an account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from aboveboard.accounts import queries
from aboveboard.basics.actor import Role
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.world import adopt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_colleague_is_invited_given_another_role_and_let_go(page: Page) -> None:
    adopt()
    sign_in(page, staff_member(Role.ADMINISTRATOR))
    seen(page, "staff", "/console/staff/")
    seen(page, "staff-invite", "/console/staff/invite/")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    seen(page, "staff-invite-error")
    page.locator("[name=name]").fill("Ada Byron")
    page.locator("[name=email]").fill("ada@staff.example")
    page.locator("[name=role][value=adviser]").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("Ada Byron is invited")
    ada = queries.staff_member("ada@staff.example")
    place = f"/console/staff/{ada.id}/"
    seen(page, "staff-member", place)
    for change in ("invite-again", "role", "withdraw"):
        seen(page, f"staff-{change}", f"{place}{change}/")
    page.get_by_role("main").get_by_role("button").first.click()
    seen(page, "staff-member-ended", place)
    expect(page.get_by_role("main")).to_contain_text("ended")


def test_where_one_is_signed_in_and_one_of_them_is_ended(page: Page) -> None:
    adopt()
    account = staff_member(Role.ADVISER)
    sign_in(page, account)
    seen(page, "account-first", "/accounts/")
    sign_in(page, account)
    seen(page, "account-two-sessions", "/accounts/")
    page.get_by_role("main").get_by_role("button", name=re.compile(r"Sign out\s*:")).click()
    expect(page.get_by_role("status")).to_contain_text("That browser is signed out.")
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    seen(page, "account-one-ended")
