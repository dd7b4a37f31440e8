"""A concern in a real browser, from the customer's question to the answer beside the look: axe
finds nothing, on a phone and at a desk, and it works without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.world import ADVISER, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/you/who-has-looked/"


@pytest.fixture
def ann() -> int:
    """A customer in Britain who was looked up."""
    person = next(person for person, row in load(20) if row["country"] == "GB")
    ask = UseRequest(ADVISER, "answer-contact", ("first_name", "email"), "phone", Subject(person))
    use(ask, at=clock.now())
    return person


def as_customer(page: Page, person: int) -> None:
    account = accounts.customer_account(person, at=clock.now())
    page.context.clear_cookies()
    page.goto(accounts.make_link(account.pk, by=SYSTEM, at=clock.now()))
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/you/")


def test_from_the_question_to_the_answer(page: Page, ann: int) -> None:
    as_customer(page, ann)
    seen(page, "portal-uses", LIST)
    page.get_by_role("link", name="This looks wrong").click()
    seen(page, "portal-concern")
    page.get_by_role("button", name="Send").click()
    seen(page, "portal-concern-error")
    page.get_by_label("I was not in contact with you at that time").check()
    page.get_by_label("Tell us more").fill("My neighbour Ann works there.")
    expect(page.get_by_text("You have 1,971 characters left").first).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("They will reply by")).to_be_visible()
    seen(page, "portal-concern-sent")
    seen(page, "portal-uses-asked", LIST)

    sign_in(page, staff_member(Role.PRIVACY_LEAD, team="Privacy"))
    staff_member(Role.PRIVACY_LEAD, email="second@staff.example", team="Head office")
    seen(page, "console-home-concern", "/console/")
    page.get_by_role("link", name="Answer it").click()
    seen(page, "console-concerns")
    page.get_by_role("link", name="They were not in contact").click()
    page.get_by_text("Read it", exact=True).click()
    seen(page, "console-concern")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("My neighbour Ann works there.")).to_be_visible()
    seen(page, "console-concern-words")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Send the answer").click()
    seen(page, "console-concern-error")
    page.get_by_label("It was wrong").check()
    page.get_by_label("Your answer to the customer").fill("It was the wrong record. We are sorry.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The customer is told that the answer is there.")).to_be_visible()
    seen(page, "console-concern-answered")
    seen(page, "console-concerns-answered", "/console/concerns/?show=answered")

    as_customer(page, ann)
    page.goto(LIST)
    expect(page.get_by_text("It was the wrong record. We are sorry.")).to_be_visible()
    seen(page, "portal-uses-answered")


def test_the_form_without_a_script(scriptless: Callable[[], BrowserContext], ann: int) -> None:
    bare = scriptless().new_page()
    as_customer(bare, ann)
    bare.goto(LIST)
    bare.get_by_role("link", name="This looks wrong").click()
    expect(bare.get_by_text("You can enter up to 2,000 characters")).to_be_visible()
    bare.get_by_label("They saw more than they needed").check()
    bare.get_by_role("button", name="Send").click()
    expect(bare.get_by_role("heading", level=1)).to_have_text(
        "Thank you. We have told our privacy team."
    )
