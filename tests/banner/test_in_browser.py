"""The panel in a real browser, on a shop of another origin with a strict policy: what waits, runs
only after a yes, and a no is as easy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.shop import Shop, promise_of_shop
from aboveboard.promise.actions import adopt_promise
from aboveboard.website.models import VisitorChoice
from tests.browser import PHONE, assert_accessible, photograph
from tests.promise import edited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAR = "aboveboard-panel section"
DIALOG = "aboveboard-panel dialog"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
SIGNALS = "dataLayer.map((each) => [each[1], each[2].analytics_storage, each[2].ad_storage])"
DENIED = ["default", "denied", "denied"]
APPEARANCE = """(button) => {
  const style = getComputedStyle(button), {width, height} = button.getBoundingClientRect();
  return [width, height, style.backgroundColor, style.color, style.fontSize, style.fontWeight,
    style.borderColor];
}"""


class Others:
    """Which hosts of others a page asked for something."""

    def __init__(self, page: Page) -> None:
        self.asked: set[str] = set()
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if ".localhost" in url:
            self.asked.add(url.split("/")[2].partition(":")[0])


def cookies(page: Page) -> set[str]:
    """The names of the cookies of the shop."""
    return {each["name"] for each in page.context.cookies()} - {"sessionid"}


def proofs(page: Page, count: int) -> list[VisitorChoice]:
    """The choices that reached the server, once there are so many."""
    # The page's policy forbids what Playwright waits with.
    while page.evaluate("window.aboveboard.memory.unsent"):
        page.wait_for_timeout(20)
    rows = list(VisitorChoice.objects.order_by("id"))
    assert len(rows) == count
    return rows


def answers(page: Page) -> dict[str, int]:
    """What the browser remembers."""
    memory = json.loads(page.evaluate("localStorage.getItem('aboveboard')") or "{}")
    return {key: answer[0] for key, answer in memory.get("answers", {}).items()}


def test_a_no_is_as_easy_as_a_yes_and_is_kept(shop: Shop, page: Page) -> None:
    others = Others(page)
    page.goto(shop.origin)
    bar = page.locator(BAR)
    expect(bar.get_by_role("heading")).to_have_text(
        "May we use your browser for more than this page needs?"
    )
    expect(bar).to_contain_text("To count visits to our website")
    refuse, allow = (bar.get_by_role("button", name=name) for name in ("Refuse all", "Allow all"))
    assert refuse.evaluate(APPEARANCE) == allow.evaluate(APPEARANCE)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert refuse.evaluate(APPEARANCE) == allow.evaluate(APPEARANCE)
    # Until somebody answers nothing waits any less.
    assert page.evaluate(SIGNALS) == [DENIED]
    assert (cookies(page), others.asked) == (set(), set())
    frame = page.locator("aboveboard-frame")
    expect(frame).to_contain_text("This content comes from video.localhost.")
    assert_accessible(page)
    photograph(page, "shop-panel", keep=True)
    refuse.click()
    expect(bar).to_have_count(0)
    assert (cookies(page), others.asked) == (set(), set())
    assert answers(page) == {"measure-visits": 0, "personal-offers": 0}
    (row,) = proofs(page, 1)
    assert (row.proved, row.how, row.site) == (True, "none", shop.origin)
    assert row.answers == {"measure-visits": False, "personal-offers": False}
    page.reload()
    expect(frame).to_be_visible()
    expect(bar).to_have_count(0)
    # Six months later, less a day, nobody asks; a day more, and they do.
    for days, asked in ((182, 0), (184, 1)):
        page.evaluate(
            "(days) => { const memory = JSON.parse(localStorage.aboveboard);"
            "for (const key in memory.answers) memory.answers[key][2] = Date.now() - days * 864e5;"
            "localStorage.aboveboard = JSON.stringify(memory); }",
            days,
        )
        page.reload()
        expect(frame).to_be_visible()
        expect(bar).to_have_count(asked)


def test_a_yes_runs_what_waited_and_taking_it_back_takes_it_away(
    shop: Shop, page: Page, browsing: BrowserContext
) -> None:
    others = Others(page)
    page.goto(shop.origin)
    page.locator(BAR).get_by_role("button", name="Allow all").click()
    expect(page.locator("#offer")).to_have_text("An offer for you: a bell with every Town 3.")
    film = page.frame_locator("iframe").get_by_text("Here a film would play.")
    expect(film).to_be_visible()
    assert cookies(page) == {"aw_visit", "offers_shown"}
    assert others.asked == {"offers.localhost", "video.localhost"}
    assert page.evaluate(SIGNALS) == [DENIED, ["update", "granted", "granted"]]
    proofs(page, 1)
    # A promise by which what they said yes to is another thing: only that is asked again.
    adopt_promise(
        promise_of_shop(edited(("cookies: {aw_visit: P13M}", "cookies: {aw_visit: P25M}"))),
        name="longer.yaml",
        by=SYSTEM,
        at=clock.now(),
    )
    # The loader may be five minutes old.
    browsing.new_cdp_session(page).send("Network.clearBrowserCache")
    page.reload()
    expect(page.locator(BAR)).to_be_visible()
    expect(film).to_be_visible()
    assert cookies(page) == {"offers_shown"}
    # The link in the page opens it again, and leaves it where one was.
    link = page.get_by_role("link", name="Your privacy choices")
    link.click()
    dialog = page.locator(DIALOG)
    visits, offers = (dialog.get_by_label(name) for name in ("To count visits", "To send offers"))
    expect(visits).not_to_be_checked()
    expect(offers).to_be_checked()
    expect(dialog).to_contain_text("aw_visit (25 months)")
    assert_accessible(page)
    photograph(page, "shop-details", keep=True)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    link.click()
    with page.expect_navigation():  # what ran goes on running until the page is loaded anew
        dialog.get_by_role("button", name="Refuse all").click()
    expect(page.locator("aboveboard-frame")).to_be_visible()
    assert cookies(page) == set()
    assert [row.how for row in proofs(page, 2)] == ["all", "none"]


def test_one_purpose_by_keyboard_alone(shop: Shop, page: Page) -> None:
    page.goto(shop.origin)
    expect(page.locator(BAR)).to_be_visible()
    names = []
    for _ in range(3):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.shadowRoot?.activeElement?.innerText"))
    assert names == ["Refuse all", "Allow all", "Choose one by one"]
    page.keyboard.press("Enter")
    dialog = page.locator(DIALOG)
    expect(dialog).to_have_accessible_name("What you allow")
    # Behind a dialog nothing can be reached: the page's own links are never in the round.
    inside = "document.activeElement === document.body || !!document.activeElement.shadowRoot"
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("To count visits to our website")).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    save = dialog.get_by_role("button", name="Save what is ticked")
    save.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert answers(page) == {"measure-visits": 1, "personal-offers": 0}
    assert cookies(page) == {"aw_visit"}
    (row,) = proofs(page, 1)
    assert row.how == "each"
    # The button in the frame's place allows what it says, and nothing is taken back.
    page.locator("aboveboard-frame").get_by_role("button", name="Allow and load").click()
    expect(page.frame_locator("iframe").get_by_text("Here a film")).to_be_visible()
    assert answers(page) == {"measure-visits": 1, "personal-offers": 1}


def test_a_browsers_own_no_stands_on_a_page_from_right_to_left(
    shop: Shop, browsing: BrowserContext
) -> None:
    browsing.add_init_script(GPC)
    page = browsing.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark")
    page.goto(f"{shop.origin}/ar.html")
    bar = page.locator(BAR)
    expect(bar).to_contain_text("Your browser says no for you (Global Privacy Control)")
    assert bar.evaluate("(section) => getComputedStyle(section).direction") == "rtl"
    assert_accessible(page)
    photograph(page, "shop-rtl")
    bar.get_by_role("button", name="Allow all").click()
    expect(bar).to_have_count(0)
    assert answers(page) == {"measure-visits": 1, "personal-offers": 0}
    (row,) = proofs(page, 1)
    assert row.gpc
    page.get_by_role("link").last.click()
    expect(page.locator(DIALOG)).to_contain_text("Your browser refuses this.")
    # By its own box, knowing of the signal, they may still say yes.
    page.locator(DIALOG).get_by_label("To send offers").check()
    page.locator(DIALOG).get_by_role("button", name="Save").click()
    assert answers(page)["personal-offers"] == 1
    page.goto(f"{shop.origin}/fr.html")
    page.get_by_role("link", name="Vos choix").click()
    expect(page.locator(DIALOG).get_by_role("heading").first).to_have_text("Ce que vous acceptez")
    photograph(page, "shop-french")


def test_without_scripts_and_without_us_the_site_works_and_nothing_waits_less(
    shop: Shop,
    browsing: BrowserContext,
    scriptless: Callable[[], BrowserContext],
    live_server: Any,
) -> None:
    plain = scriptless().new_page()
    others = Others(plain)
    plain.goto(shop.origin)
    expect(plain.get_by_role("heading", name="Bicycles for every road")).to_be_visible()
    plain.get_by_role("link", name="Your privacy choices").click()
    expect(plain).to_have_url(f"{live_server.url}/trust/promise/")
    assert others.asked == set()
    page = browsing.new_page()
    others = Others(page)
    # We are away altogether; then the panel alone is; then another script is in its place.
    page.route(f"{live_server.url}/**", lambda route: route.abort())
    page.goto(shop.origin)
    page.get_by_role("button", name="Add to basket").first.click()
    expect(page.locator("#basket")).to_have_text("In your basket: Hill 500.")
    page.unroute_all()
    spoilt = {"body": "alert('stolen')", "headers": {"Access-Control-Allow-Origin": "*"}}
    for spoil in (lambda route: route.abort(), lambda route: route.fulfill(**spoilt)):
        page.route("**/banner/panel.js*", spoil)
        page.goto(shop.origin)
        page.get_by_role("link", name="Your privacy choices").click()
        expect(page).to_have_url(f"{live_server.url}/trust/promise/")
        page.unroute_all()
    assert others.asked == set()
    assert cookies(page) == {"basket"}
