"""A website looked at with Chromium, through Playwright: an extra that only this needs."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag, urlsplit

from aboveboard.basics.errors import Misconfigured, Unavailable
from aboveboard.website.limits import SCAN_PAGE, SCAN_SETTLE
from aboveboard.website.scan.observed import ItemKind, Observation, ScanMoment, SeenItem

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_PANEL: Final = "aboveboard-panel"
_STORAGE: Final = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
_LINKS: Final = "() => [...document.links].map((link) => link.href)"
_OURS: Final = "() => window.aboveboard ? window.aboveboard.home : ''"
_REFUSE: Final = f"{_PANEL} section .answers button >> nth=0"
_ALLOW: Final = f"{_PANEL} section .answers button >> nth=1"


class BrowserMissing(Misconfigured):
    """A website is looked at with a browser, and there is none: {why}."""

    code = "browser_missing"
    next_step = (
        'Run: pip install "aboveboard[scan]", and install Chromium, or: playwright install chromium'
    )


class SiteAway(Unavailable):
    """The page {page} could not be loaded: {why}."""

    code = "site_away"
    next_step = "Look at it with your own browser, then try again."


def observe(
    address: str,
    *,
    pages: int,
    chromium: str | None = None,
    refuse: str = "",
    allow: str = "",
) -> Observation:
    """Look at a website: at ``address`` and the pages of the same site that it links to, up to
    ``pages`` of them, three times with a fresh browser.

    ``chromium``: the program, else Playwright's own. ``refuse``, ``allow``: which buttons are
    pressed, as CSS selectors, where the panel is not ours.

    Raises:
        BrowserMissing: Playwright or Chromium is not installed.
        SiteAway: the first page could not be loaded.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise BrowserMissing(why="Playwright is not installed") from None
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
        except Error as error:
            raise BrowserMissing(why=str(error).splitlines()[0]) from None
        visit = _SiteVisit(browser, address, pages)
        seen = {ScanMoment.BEFORE: visit.at_site("")}
        buttons = {ScanMoment.REFUSED: refuse or _REFUSE, ScanMoment.ALLOWED: allow or _ALLOW}
        if panel := visit.has(buttons[ScanMoment.ALLOWED]):
            seen |= {moment: visit.at_site(button) for moment, button in buttons.items()}
        browser.close()
    return Observation(address, tuple(visit.pages), panel, seen)


class _SiteVisit:
    """The looks at one site: which pages, found at the first."""

    def __init__(self, browser: Browser, address: str, limit: int) -> None:
        self._browser = browser
        self._limit = limit
        self._host = urlsplit(address).hostname or ""
        self._ours = ""
        self.pages: list[str] = [address]

    def has(self, button: str) -> bool:
        """Whether the first page has a button."""
        context = self._browser.new_context()
        page = context.new_page()
        self._load(page, self.pages[0])
        there = page.locator(button).count() > 0
        context.close()
        return there

    def at_site(self, button: str) -> tuple[SeenItem, ...]:
        """Load every page with a fresh browser, after pressing a button on the first; "" presses
        none. Returns what was seen, each once."""
        context = self._browser.new_context()
        seen: dict[tuple[ItemKind, str], SeenItem] = {}
        page = context.new_page()
        current = [self.pages[0]]
        page.on("request", lambda request: self._note_host(request.url, current[0], seen))
        self._load(page, self.pages[0])
        if button:
            # What was there before the answer is not what this look is about.
            page.locator(button).click()
            page.wait_for_timeout(SCAN_SETTLE.total_seconds() * 1000)
            seen.clear()
        else:
            self._ours = urlsplit(page.evaluate(_OURS)).hostname or ""
            self._follow(page)
        for address in self.pages:
            current[0] = address
            self._load(page, address)
            self._note_browser(context, page, address, seen)
        context.close()
        # We are no others; where the panel comes from is known once a page is loaded.
        return tuple(
            item
            for item in seen.values()
            if item.kind is not ItemKind.HOST or item.name != self._ours
        )

    def _load(self, page: Page, address: str) -> None:
        from playwright.sync_api import Error

        try:
            page.goto(address, wait_until="load", timeout=SCAN_PAGE.total_seconds() * 1000)
        except Error as error:
            raise SiteAway(page=address, why=str(error).splitlines()[0]) from None
        # Tags often wait for a moment before they load.
        page.wait_for_timeout(SCAN_SETTLE.total_seconds() * 1000)

    def _follow(self, page: Page) -> None:
        links: Sequence[str] = page.evaluate(_LINKS)
        origin = urlsplit(self.pages[0])[:2]
        for link in links:
            plain = urldefrag(link).url
            if urlsplit(plain)[:2] == origin and plain not in self.pages:
                self.pages.append(plain)
        del self.pages[self._limit :]

    def _note_host(self, url: str, page: str, seen: dict[Any, SeenItem]) -> None:
        host = urlsplit(url).hostname or ""
        # The site itself and what is below it are no others.
        if host and host != self._host and not host.endswith(f".{self._host}"):
            seen.setdefault((ItemKind.HOST, host), SeenItem(ItemKind.HOST, host, page))

    @staticmethod
    def _note_browser(
        context: BrowserContext, page: Page, address: str, seen: dict[Any, SeenItem]
    ) -> None:
        for cookie in context.cookies():
            name, expires = cookie["name"], cookie["expires"]
            days = (expires - time()) / 86_400 if expires > 0 else None
            item = SeenItem(ItemKind.COOKIE, name, address, days, cookie["domain"])
            seen.setdefault((ItemKind.COOKIE, name), item)
        for name in page.evaluate(_STORAGE):
            seen.setdefault((ItemKind.STORAGE, name), SeenItem(ItemKind.STORAGE, name, address))
