"""The screens of the tutorial: four people in Chromium, who open, choose and press what the page
says, in the words that it says it with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP
from tests.documents.blocks import QUOTE, blocks
from tests.documents.printed import is_printed
from tests.documents.reader import until

_PATIENCE = 60_000
"""Milliseconds that a page may take on a machine that does much else."""


class Screens:
    """The tutorial's people, and what the page quotes of what they see. ``running``: what the
    demonstration printed; ``keep``: what the customer does with pages that they may get."""

    def __init__(
        self,
        chromium: Browser,
        port: int,
        running: Callable[[], str],
        tutorial: Path,
        keep: Callable[[Callable[[str], str]], None],
    ) -> None:
        self._chromium, self._running, self._keep = chromium, running, keep
        self._address, self._text = f"http://127.0.0.1:{port}", tutorial.read_text("utf-8")
        self._quotes = [
            block.text
            for block in blocks(tutorial)
            if block.language == QUOTE and not block.after_commands
        ]

    def follow(self) -> None:
        """Go through steps 2 to 8."""
        with self._as("a customer") as customer:
            self._what_you_hold(customer)
            with self._as("adviser") as adviser:
                self._just_what_is_needed(adviser)
            self._the_record_of_uses(customer)
        with self._as("incident lead") as lead:
            self._what_is_due(lead)
        with self._as("privacy lead") as privacy_lead:
            self._two_people(privacy_lead)
        with self._somebody() as anyone:
            self._was_it_kept(anyone)
        assert not self._quotes, f"nobody saw {self._quotes}"

    def _what_you_hold(self, page: Page) -> None:
        assert page.url == f"{self._address}/you/"
        self._quoted(page)
        self._shows(page, "We lost a laptop with your details on it")
        page.get_by_text("What we do with it, and why").first.click()
        self._press(page, "Your choices")
        offers = page.locator("form[action*='personal-offers']").first
        offers.get_by_role("button", name="No").click()
        self._quoted(page)
        self._press(page, "Your receipt")

    def _just_what_is_needed(self, page: Page) -> None:
        self._press(page, "Look someone up")
        self._shows(page, "Why do you need to look someone up?")
        self._press(page, "To answer a customer")
        self._look_up(page, "george.taylor0@example.org")
        self._quoted(page)
        self._press(page, "People")
        self._press(page, "To choose offers for a customer")
        self._look_up(page, "AW11000")
        self._quoted(page)

    def _the_record_of_uses(self, page: Page) -> None:
        self._press(page, "Who has looked")
        self._quoted(page)
        expect(page.get_by_text("in a file, with a list of everyone in it").first).to_be_visible()
        expect(page.get_by_role("link", name="Proof").first).to_be_visible()
        self._keep(lambda path: page.request.get(f"{self._address}{path}").text())
        self._press(page, "Messages")
        self._press(page, "We lost a laptop with your details on it")
        assert page.url.startswith(f"{self._address}/you/notices/"), page.url
        page.goto(f"{self._address}/demo/mail")

    def _what_is_due(self, page: Page) -> None:
        self._quoted(page)
        page.goto(f"{self._address}/console/incidents/1/")
        self._shows(page, "1,200 of our customers were on it")
        assert "unverified" in _seen(page).lower()
        self._press(page, "List them")
        page.go_back()
        self._press(page, "Finish the report")
        page.goto(f"{self._address}/console/incidents/2/")
        self._shows(page, "0 told so far")
        self._press(page, "Review the notices")
        self._shows(page, "Someone else must approve")

    def _two_people(self, page: Page) -> None:
        self._shows(page, "900 notices need a second person’s approval")
        self._press(page, "Review the notices")
        page.get_by_label("I have read every notice on this page").check()
        page.locator("form[action*='approve']").get_by_role("button").first.click()
        until("all were sent", lambda: "900 of 900 people told" in _seen(_reloaded(page)))
        self._shows(page, "900 of 900 people told")

    def _was_it_kept(self, page: Page) -> None:
        page.goto(f"{self._address}/trust/")
        self._shows(page, "not yet due")
        self._press(page, "Check our record")

    @contextmanager
    def _somebody(self) -> Iterator[Page]:
        """Open a private window."""
        context = self._chromium.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="UTC")
        try:
            page = context.new_page()
            page.set_default_timeout(_PATIENCE)
            yield page
        finally:
            context.close()

    @contextmanager
    def _as(self, who: str) -> Iterator[Page]:
        """Open somebody's link, and sign in."""
        link = re.findall(rf"^ *{who} +(http://\S+)", self._running(), re.M)[-1]
        with self._somebody() as page:
            page.goto(link)
            page.get_by_role("button", name="Sign in").click()
            yield page

    def _look_up(self, page: Page, who: str) -> None:
        page.locator("form.ab-card input[type=text], form.ab-card input[type=search]").first.fill(
            who
        )
        page.get_by_role("button", name="Look up").click()

    def _press(self, page: Page, words: str) -> None:
        """Follow the link, or press the button, that the tutorial calls so."""
        assert f"*{words}*" in re.sub(r"\s+", " ", self._text), f"the tutorial has no {words!r}"
        link = page.get_by_role("link", name=words)
        link.or_(page.get_by_role("button", name=words)).first.click()

    def _shows(self, page: Page, words: str) -> None:
        """Look for words that the tutorial says are there."""
        assert words in re.sub(r"\s+", " ", self._text), f"the tutorial has no {words!r}"
        assert is_printed(words, _seen(page), QUOTE), f"{words!r} is not on\n{_seen(page)}"

    def _quoted(self, page: Page) -> None:
        """Look for the tutorial's next quotation."""
        words = self._quotes.pop(0)
        assert is_printed(words, _seen(page), QUOTE), f"{words!r} is not on\n{_seen(page)}"


def _reloaded(page: Page) -> Page:
    page.wait_for_timeout(300)
    page.reload()
    return page


def _seen(page: Page) -> str:
    """Return what stands on a page, in order."""
    page.wait_for_load_state()
    return str(page.inner_text("body")).replace("\u00a0", " ")
