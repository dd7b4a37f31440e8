"""The portal in a real browser, on a phone and at a desk, light and dark: axe finds nothing, and
the way works without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.log_signing import sequence_now
from tests.browser import assert_accessible, photograph
from tests.loss import approved, lost_laptop, send_all
from tests.world import ADVISER, OFFERS, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOP = Actor(ActorKind.SERVICE, "2", "shop-system", "Online shop")


def sign_in(page: Page, person_id: int) -> None:
    """Sign in through a one-time link, as a customer does."""
    account = accounts.customer_account(person_id, at=clock.now())
    page.goto(accounts.make_link(account.pk, by=SYSTEM, at=clock.now()))
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/you/")


@pytest.fixture
def jon(page: Page) -> int:
    """A customer in Britain who was looked up, refused to a program, and has
    chosen by phone; signed in."""
    person = next(person for person, row in load(20) if row["country"] == "GB")
    now = clock.now()
    uses = [
        (
            UseRequest(ADVISER, "answer-contact", ("first_name", "last_name", "email"), "phone"),
            timedelta(minutes=20),
        ),
        (UseRequest(OFFERS, "personal-offers", ("phone",), "sms"), timedelta(days=1)),
        (
            UseRequest(
                SHOP,
                "deliver-orders",
                ("first_name", "last_name", "address_line1", "city", "phone"),
                "api",
            ),
            timedelta(days=8),
        ),
        (UseRequest(OFFERS, "deliver-orders", ("birth_date",), "api"), timedelta(days=40)),
    ]
    for ask, ago in reversed(uses):
        access.use(ask.for_subject(Subject(person)), at=now - ago)
    choose(
        person,
        "improve-shops",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:417",
        by=ADVISER,
        at=now - timedelta(days=12),
    )
    sequence_now()
    sign_in(page, person)
    return person


def test_the_first_page_and_the_looks(page: Page, jon: int, tmp_path: Path) -> None:
    approved(lost_laptop([jon], tmp_path, at=clock.now()), at=clock.now())
    send_all(at=clock.now())
    page.goto("/you/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("This is what we hold about you.")
    expect(
        page.get_by_role("region", name="We lost a laptop with your details on it")
    ).to_be_visible()
    assert_accessible(page)
    photograph(page, "portal", keep=True)
    page.get_by_role("link", name="What this means for you").first.click()
    assert_accessible(page)
    photograph(page, "notice", keep=True)
    page.get_by_role("link", name="Who has looked").first.click()
    assert_accessible(page)
    photograph(page, "who-has-looked", keep=True)
    page.get_by_label("What for").select_option(label="To send offers chosen for you")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text(re.compile(r"1 of \d looks\."))).to_be_visible()
    page.get_by_text("Show the numbers").click()
    expect(page.get_by_role("table", name="Looks over time")).to_be_visible()
    assert_accessible(page)
    photograph(page, "who-has-looked-filtered")
    page.get_by_role("link", name="See all looks").click()
    sequence_now()
    page.get_by_role("link", name="Proof").first.click()
    page.get_by_text("Show the proof").click()
    assert_accessible(page)
    photograph(page, "portal-proof")


_APPEARANCE = """button => {
    const box = button.getBoundingClientRect(), style = getComputedStyle(button)
    return [box.width, box.height, box.top, style.color, style.backgroundColor, style.fontSize,
        style.fontWeight, style.borderTopColor, style.boxShadow, style.opacity]
}"""


def assert_equally_prominent(page: Page) -> None:
    """Yes and no, measured in the browser on a phone and a wide screen: one size, one line, one
    colour; both large enough for a thumb."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        rows = page.locator(".ab-choice__answers").all()
        assert len(rows) == 9
        for row in rows:
            yes, no = (button.evaluate(_APPEARANCE) for button in row.get_by_role("button").all())
            assert yes == no
            assert min(yes[:2]) >= 44, "WCAG 2.5.5: a target of 44 by 44 CSS pixels"


def test_a_choice_from_question_to_receipt(page: Page, jon: int) -> None:
    page.get_by_role("link", name="Your choices").first.click()
    assert_accessible(page)
    photograph(page, "portal-choices")
    offers = page.locator("#personal-offers")
    assert_equally_prominent(page)
    offers.get_by_role("button", name="No").nth(1).click()
    expect(page.get_by_role("status")).to_contain_text("Saved. You said no")
    offers.get_by_role("button", name="Yes").first.click()
    expect(page.get_by_role("status")).to_contain_text("Saved. You said yes")
    assert_accessible(page)
    photograph(page, "portal-choices-saved")
    page.get_by_role("link", name="Your receipt").click()
    expect(page.get_by_role("status")).to_contain_text("The proof is being prepared")
    assert_accessible(page)
    sequence_now()
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_role("heading", name="Sealed in our record")).to_be_visible()
    assert_accessible(page)
    photograph(page, "portal-receipt")


def test_correcting_and_telling(page: Page, jon: int) -> None:
    page.goto("/you/details/last_name/")
    assert_accessible(page)
    photograph(page, "portal-detail")
    page.get_by_label("Last name").fill(" ")
    page.get_by_role("button", name="Save").click()
    assert_accessible(page)
    photograph(page, "portal-detail-error")
    page.get_by_label("Last name").fill("O’Brien")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Corrected: Last name.")
    assert_accessible(page)
    page.get_by_role("link", name="Moved house?").click()
    assert_accessible(page)
    photograph(page, "portal-moving")
    page.get_by_label("Town or city").fill(" ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Town or city: enter what it is now.")
    assert_accessible(page)
    page.get_by_label("Town or city").fill("Whitby")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Corrected: Town or city.")
    page.goto("/you/who-has-looked/concern/")
    assert_accessible(page)
    photograph(page, "portal-wrong")
    page.get_by_label("It goes against what I chose").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Thank you. We have told our privacy team."
    )
    assert_accessible(page)


def test_nothing_yet_in_german(page: Page) -> None:
    person = next(person for person, row in load(40) if row["country"] == "DE")
    sign_in(page, person)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert_accessible(page)
    photograph(page, "portal-de")
    for name, address in (
        ("who-has-looked", "/you/who-has-looked/"),
        ("choices", "/you/choices/"),
        ("notices", "/you/notices/"),
    ):
        page.goto(address)
        assert_accessible(page)
        photograph(page, f"portal-{name}-empty-de")


def test_everything_works_without_a_script(scriptless: Callable[[], BrowserContext]) -> None:
    person = next(person for person, row in load(20) if row["country"] == "GB")
    context = scriptless()
    page = context.new_page()
    sign_in(page, person)
    page.get_by_role("link", name="Your choices").first.click()
    offers = page.locator("#personal-offers")
    offers.get_by_role("button", name="Yes").first.click()
    expect(page.get_by_role("status")).to_contain_text("Saved. You said yes")
    context.close()
