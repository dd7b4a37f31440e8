"""What was seen so far, and how a page is photographed and looked through."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Response

from scripts.screens.routes import is_open, route

WIDTHS = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
OF_A_KIND = 2
"""Pages of one kind that are taken, whoever sees them; a route of each visitor's once at least."""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_NUMBERED = re.compile(r"[^/]*[0-9][^/]*")
_EMPTY = (
    "main form[method=post] input:not([type=hidden]):not([disabled]), "
    "main form[method=post] textarea, main form[method=post] select"
)


@dataclass
class Walk:
    """What was seen so far: each route with who saw it, each status, every complaint."""

    folder: Path
    taken: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    of_a_kind: Counter[str] = field(default_factory=Counter)
    last: int = 200

    def watch(self, page: Page, who: str) -> None:
        """Note what the pages of a visitor answer with, and what their scripts complain of."""

        def note(response: Response) -> None:
            if response.request.is_navigation_request() and response.status // 100 != 3:
                self.last = response.status

        page.on("response", note)
        page.on(
            "pageerror", lambda error: self.complaints.append(f"{who}: {page.url}: script: {error}")
        )

    def photograph(self, page: Page, who: str, name: str) -> None:
        """Take the page at both widths, light and dark, and say what is wrong with it."""
        # A page that looks whether its work is done loads itself again: not in the middle of this.
        page.evaluate(
            "document.querySelector('[data-again]') && "
            "Array.from({length: setTimeout(() => {}) + 1}, (_, timer) => clearTimeout(timer))"
        )
        self.seen.add((route(urlsplit(page.url).path), who))
        self.statuses.add(self.last)
        page.evaluate(AXE.read_text("utf-8") + "; undefined")
        for scheme, rules in (("light", {}), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width, size in WIDTHS.items():
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.screenshot(
                    path=self.folder / f"{who}-{name}.{width}-{scheme}.png", full_page=True
                )
                wide = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if wide > 0:
                    self._complain(who, name, f"scrolls sideways by {wide} px", width, scheme)
                found = f"axe.run(document, {json.dumps(rules)}).then(all => all.violations)"
                for rule in page.evaluate(found):
                    where = rule["nodes"][0]["html"][:120]
                    self._complain(who, name, f"{rule['id']}: {where}", width, scheme)
        page.emulate_media(color_scheme="light")
        self.taken += 1

    def _complain(self, who: str, name: str, what: str, width: str, scheme: str) -> None:
        self.complaints.append(f"{who}-{name} on a {width}, {scheme}: {what}")


def follow(walk: Walk, page: Page, who: str, starts: Iterable[str], *, public: bool) -> None:
    """Follow every link from ``starts``; ``public``: pages that anybody may see, too."""
    waiting = deque(starts)
    known: set[str] = set()
    routes: set[str] = set()
    while waiting:
        address = waiting.popleft()
        name = route(address)
        # The key of a purpose or a circumstance is worth its own page; a number is not.
        kind = f"{name} {_NUMBERED.sub('n', address.partition('?')[0])}"
        enough = name in routes and walk.of_a_kind[kind] >= OF_A_KIND
        # To go on signed in, and in one language.
        if address in known or enough or name in ("account_logout", "language"):
            continue
        if not public and is_open(address):
            continue
        known.add(address)
        routes.add(name)
        walk.of_a_kind[kind] += 1
        try:
            _take(walk, page, page.context, address, who)
            page.wait_for_load_state()
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        except Error as error:  # a page that brings itself up to date leaves while it is read
            walk.complaints.append(f"{who}: {address}: {error.message.splitlines()[0]}")
            continue
        here = urlsplit(page.url)
        for each in links:
            target = urlsplit(urljoin(page.url, each))
            if target.netloc == here.netloc:
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))


def _take(walk: Walk, page: Page, context: BrowserContext, address: str, who: str) -> None:
    """Photograph one address, and its form with its errors."""
    head = context.request.get(address)
    if "text/html" not in head.headers.get("content-type", ""):
        return
    if "attachment" in head.headers.get("content-disposition", ""):
        return
    page.goto(address)
    name = file_name(address)
    if head.status >= 500:
        walk.complaints.append(f"{who}-{name}: answers with {head.status}")
    walk.photograph(page, who, name)
    waits = page.locator(_EMPTY).first
    if waits.count() and waits.is_visible():
        waits.evaluate("field => field.form.noValidate = true")
        waits.locator("xpath=ancestor::form").locator("button").first.click()
        page.wait_for_load_state()
        if page.locator(".govuk-error-summary").count():
            walk.photograph(page, who, f"{name}-error")


def file_name(address: str) -> str:
    """Return an address as part of the name of a file."""
    return re.sub(r"[^a-z0-9-]+", "_", address.strip("/").lower())[:90] or "front"
