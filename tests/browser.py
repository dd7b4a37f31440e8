"""A real Chromium for tests: a page that must not complain, axe, and photographs at
phone and desktop width.

Use the fixtures ``page`` (desktop, 1280 px) and ``live_server``; mark the test ``browser``. The
page's relative addresses are the live server's. A script that the content policy stops, an error on
the console or a missing file fails the test that saw it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    sync_playwright,
)

from scripts import browsers

ROOT = Path(__file__).parents[1]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_KEPT_HEIGHT = 1_300
"""Pixels of a page that a picture in the documentation shows."""
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    """The browser, started once for a file: tests of other files run in this process too, and
    Playwright's loop must not be in their way."""
    # It runs in this thread; Django would refuse the database calls of the test itself.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = browsers.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browsing(chromium: Browser, live_server: Any) -> Generator[BrowserContext]:
    """A fresh visitor with no cookies, at desktop width."""
    context = chromium.new_context(
        viewport=DESKTOP,
        base_url=str(live_server.url),
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    yield context
    context.close()


@pytest.fixture
def scriptless(chromium: Browser, live_server: object) -> Callable[[], BrowserContext]:
    """A browser with scripts switched off."""
    return lambda: chromium.new_context(
        base_url=str(getattr(live_server, "url", "")), java_script_enabled=False
    )


@pytest.fixture
def page(browsing: BrowserContext) -> Generator[Page]:
    """A page. What its console complains of, and files it could not get,
    fail the test at the end."""
    complaints: list[str] = []
    opened = browsing.new_page()
    opened.set_default_timeout(10_000)

    def note(message: ConsoleMessage) -> None:
        # A page that is refused on purpose is also reported here; the test
        # asks for its status itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def missing(response: Response) -> None:
        if "/static/" in response.url and response.status >= 400:
            complaints.append(f"{response.status} for {response.url}")

    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("response", missing)
    yield opened
    assert not complaints, "\n".join(complaints)


def assert_accessible(page: Page) -> None:
    """Run axe on the page as it stands, light on a desktop and dark on a phone; fail with what it
    found and where. No rule sees both the width and the scheme (``make screens`` looks at all
    four)."""
    found: list[str] = []
    # A page that looks whether its work is done loads itself again (``again.js``): not in the
    # middle of this.
    page.evaluate(
        "document.querySelector('[data-again]') && "
        "Array.from({length: setTimeout(() => {}) + 1}, (_, timer) => clearTimeout(timer))"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8") + "; undefined")
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        violations, wide = page.evaluate(
            f"axe.run(document, {json.dumps(_RULES)}).then(r => [r.violations, "
            "document.documentElement.scrollWidth - document.documentElement.clientWidth])"
        )
        for rule in violations:
            places = "; ".join(
                f"{node['html'][:160]} ({node['failureSummary']})" for node in rule["nodes"][:3]
            )
            found.append(f"{scheme} {size['width']}px {rule['id']}: {rule['help']}: {places}")
        if wide > 0:
            found.append(f"{scheme} {size['width']}px: the page scrolls sideways by {wide} px")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert not found, "\n".join(found)


def photograph(page: Page, name: str, *, keep: bool = False) -> None:
    """With ``PHOTOGRAPHS=1``, take the page at desktop and phone width, light and dark, into
    ``.cache/screens``: to take them takes as long as the tests themselves.

    With ``keep`` and ``KEEP_PHOTOGRAPHS=1`` the light desktop and phone ones
    also go to ``docs/images``.
    """
    if not {"PHOTOGRAPHS", "KEEP_PHOTOGRAPHS"} & os.environ.keys():
        return
    folder = ROOT / ".cache" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size(size)  # type: ignore[arg-type]
            file = folder / f"{name}-{width}{'' if scheme == 'light' else '-dark'}.png"
            page.screenshot(path=file, full_page=True)
            if keep and scheme == "light" and os.environ.get("KEEP_PHOTOGRAPHS"):
                # The top of it: a page as long as this one is cannot be read in a document.
                shown = {"x": 0, "y": 0, "width": size["width"], "height": _KEPT_HEIGHT}
                page.screenshot(
                    path=ROOT / "docs" / "images" / f"{name}-{width}.png",
                    full_page=True,
                    clip=shown,  # type: ignore[arg-type]
                )
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
