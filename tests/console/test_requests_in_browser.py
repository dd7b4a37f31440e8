"""A request in a real browser, from the queue to what leaves, at a desk and on a phone: axe finds
nothing, it works by keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.basics.actor import Role
from aboveboard.rights.requests import queries
from aboveboard.rights.requests.state import RequestStage
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.console.test_request_identity import PASSPORT
from tests.console.test_request_others import NOTES
from tests.console.worked_requests import LIST, Connect, ask, connect, customer, work
from tests.rights.memory_system import MemorySystem

__all__ = ["connect"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def number(connect: Connect) -> int:
    """A request over a shop where two share an address, a help desk that wrote of others, a system
    that is down, and a cabinet."""
    person_id, email = customer()
    shared = {1: {"email": email, "account": "A-1"}, 2: {"email": email, "account": "B-2"}}
    connect(
        MemorySystem("shop", shared, tells=("account",)),
        MemorySystem("help-desk", {5: {"email": email, "notes": NOTES}}),
        MemorySystem("warehouse", down=True),
        MemorySystem("cabinet", verbs=frozenset()),
    )
    return ask(person_id, proved=False)


def test_a_request_is_proved_collected_told_apart_and_reviewed(page: Page, number: int) -> None:
    sign_in(page, staff_member(Role.PRIVACY_LEAD, team="Privacy"))
    seen(page, "requests", LIST)
    page.get_by_role("link", name="Copy of their data").press("Enter")
    seen(page, "request-unproved")
    page.locator("summary", has_text="They show or send a document").press("Enter")
    picture = {"name": "card.png", "mimeType": "image/png", "buffer": PASSPORT}
    page.get_by_label("A picture or scan of it").set_input_files(picture)  # type: ignore[arg-type]
    page.get_by_role("button", name="Put it in").press("Enter")
    page.locator("summary", has_text="What does the document show?").press("Enter")
    seen(page, "request-document")
    page.get_by_label("Yes: name and face").press("Space")
    page.get_by_role("button", name="Decide, and delete").press("Enter")
    work()
    seen(page, "request-working", f"{LIST}{number}/")

    page.get_by_role("link", name="Answer it by hand").press("Enter")
    page.get_by_role("button", name="Answer", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Look for them in cabinet")).to_be_visible()
    seen(page, "request-by-hand-error")
    page.get_by_label("Nothing is held there").press("Space")
    page.get_by_label("What did you do, and how do you know?").fill("All three drawers.")
    page.get_by_role("button", name="Answer", exact=True).press("Enter")
    expect(page.get_by_text("Answered. It goes on.")).to_be_visible()

    page.get_by_role("link", name="Decide whose it is").press("Enter")
    seen(page, "request-matches")
    page.locator("summary", has_text="See the values").press("Enter")
    page.get_by_label("Answer").first.press("Space")
    page.get_by_role("button", name="Show them").press("Enter")
    expect(page.get_by_text("B-2")).to_be_visible()
    page.get_by_label("The person’s").first.press("Space")
    page.get_by_label("Somebody else’s").last.press("Space")
    page.get_by_label("How do you know?").fill("She named her last order.")
    seen(page, "request-matches-shown")
    page.get_by_role("button", name="Decide", exact=True).press("Enter")
    expect(page.get_by_text("The system is asked for those")).to_be_visible()

    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_text("It is tried again now.")).to_be_visible()
    work()
    assert queries.request(number).state.stage is RequestStage.WORKING, "the warehouse is down"


def test_the_review_without_a_script(
    scriptless: Callable[[], BrowserContext], page: Page, connect: Connect
) -> None:
    person_id, email = customer()
    desk = MemorySystem("help-desk", {5: {"email": email, "notes": NOTES}}, attachment=b"%PDF-1")
    connect(desk)
    number, lead = ask(person_id), staff_member(Role.PRIVACY_LEAD, team="Privacy")
    work()
    bare = scriptless().new_page()
    for each in (page, bare):
        sign_in(each, lead)
    bare.goto(f"{LIST}{number}/")
    bare.get_by_role("link", name="go through what may be about other people").click()
    bare.get_by_text("See the values", exact=True).click()
    bare.get_by_label("Answer").first.check()
    bare.get_by_role("button", name="Show them").click()
    bare.get_by_label("bob.brown@example.org").check()
    bare.get_by_label("Give what is ticked").first.check()
    bare.get_by_role("button", name="Save what I chose").click()
    expect(bare.get_by_text("to go.")).to_be_visible()
    seen(page, "request-others", f"{LIST}{number}/others/")
    page.get_by_text("See the values", exact=True).click()
    page.get_by_label("Answer").first.check()
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_label("bob.brown@example.org")).to_be_checked()
    seen(page, "request-others-shown")
    page.get_by_role("button", name="hidden").click()
    expect(page.get_by_text("All is decided.")).to_be_visible()
    seen(page, "request-reviewing", f"{LIST}{number}/")
    seen(page, "request-new", "/console/people/request/new/")
