"""Photograph every page, so that somebody looks at it.

``python scripts/screens.py`` makes a demonstration in a temporary folder, signs in as each of its
people and as nobody, follows every link, and takes each page at the width of a phone and of a desk
into ``.cache/screens/walk``. A form that waits for an answer is also sent empty, for its errors.
What it says at the end, with exit code 1: the pages on which axe or a script complains, that scroll
sideways or answer with a fault of ours; and the routes that no link led to.

It is for eyes; the journeys through the pages are in the browser tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

import scripts.browsers as browsers

ROOT = Path(__file__).parents[1]
WIDTHS = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
OF_A_KIND = 3
"""Pages of one route that are looked at: three people's pages tell as much as three hundred."""
SUBJECTS = {"fr": "Nous avons perdu", "de": "Bei uns ist ein Laptop"}
"""How the demonstration's notices begin: by them somebody is found who reads that language."""
_LINK = re.compile(r"^  (?P<who>[a-z ]+?) +(?P<link>http\S+/accounts/link/\S+)$")
_NUMBERED = re.compile(r"[^/]*[0-9][^/]*")
_EMPTY = (
    "main form[method=post] input:not([type=hidden]):not([disabled]), "
    "main form[method=post] textarea, main form[method=post] select"
)


@dataclass
class Walk:
    """What was seen so far."""

    folder: Path
    taken: int = 0
    seen: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def photograph(self, page: Page, name: str) -> None:
        """Take the page at both widths, and say what is wrong with it."""
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wide > 0:
                self.complaints.append(f"{name}: scrolls sideways by {wide} px on a {width}")
            page.evaluate(AXE.read_text("utf-8") + "; undefined")
            for rule in page.evaluate("axe.run(document).then(found => found.violations)"):
                where = rule["nodes"][0]["html"][:120]
                self.complaints.append(f"{name}: {rule['id']} on a {width}: {where}")
        self.taken += 1


def main() -> int:
    """Make the demonstration, walk through it, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300, help="made-up customers (default: 300)")
    parser.add_argument("--port", type=int, default=8411, help="port of the demonstration")
    parser.add_argument("--language", default="en-GB", help="of the browser: en-GB, fr, de")
    parser.add_argument("--only", default="", help="a pattern of who walks: customer|adviser")
    arguments = parser.parse_args()
    folder = ROOT / ".cache" / "screens" / f"walk-{arguments.language}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        if re.search(arguments.only, old.name):
            old.unlink()
    walk = Walk(folder)
    with tempfile.TemporaryDirectory(prefix="screens-") as home:
        serving = subprocess.Popen(
            [
                Path(sys.executable).with_name("aboveboard"),
                "demo",
                f"--home={home}/demo",
                f"--port={arguments.port}",
                f"--people={arguments.people}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            links = _links(serving.stdout)
            os.environ["ABOVEBOARD_HOME"] = f"{home}/demo"
            base = f"http://127.0.0.1:{arguments.port}"
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=browsers.find(), args=["--no-sandbox", "--disable-gpu"]
                )
                for who, link in {"nobody": "", **links}.items():
                    if re.search(arguments.only, who):
                        _walk_as(walk, browser, base, who, link, arguments.language)
                browser.close()
        finally:
            serving.terminate()
            serving.wait(30)
    print(f"{walk.taken} pages, each at {len(WIDTHS)} widths, in {folder}")
    for complaint in walk.complaints:
        print(f"  {complaint}")
    if missing := sorted(_routes() - walk.seen):
        print("No link led to:", *missing, sep="\n  ")
    return 1 if walk.complaints else 0


def _links(output: IO[str] | None) -> dict[str, str]:
    """Read what the demonstration prints until it serves; return who signs in with which link."""
    links: dict[str, str] = {}
    for line in output or ():
        if found := _LINK.match(line.rstrip()):
            links[found["who"].removeprefix("a ").replace(" ", "-")] = found["link"]
        if "is running at" in line:
            return links
    raise SystemExit("The demonstration did not start. Try: aboveboard demo")


def _walk_as(walk: Walk, browser: Browser, base: str, who: str, link: str, language: str) -> None:
    """Follow every link from the start, as ``who``."""
    context = browser.new_context(base_url=base, locale=language, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on(
        "pageerror", lambda error: walk.complaints.append(f"{who}: {page.url}: script: {error}")
    )
    waiting: deque[str] = deque(["/", "/accounts/staff/", "/no-such-page/", "/accounts/login/"])
    if link:
        if who == "customer" and language[:2] in SUBJECTS:
            _sign_in_by_code(page, SUBJECTS[language[:2]])
        else:
            page.goto(link)
            walk.photograph(page, f"{who}-link")
            page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_load_state()
        waiting = deque([urlsplit(page.url).path, "/accounts/2fa/", "/accounts/reauthenticate/"])
    of_a_kind: Counter[str] = Counter()
    known: set[str] = set()
    while waiting:
        address = waiting.popleft()
        route = _route(address)
        # The key of a purpose or a circumstance is worth its own page; a number is not.
        kind = f"{route} {_NUMBERED.sub('n', address.partition('?')[0])}"
        if address in known or of_a_kind[kind] >= OF_A_KIND or route == "account_logout":
            continue
        known.add(address)
        of_a_kind[kind] += 1
        try:
            _take(walk, page, context, address, f"{who}-{_file(address)}")
            page.wait_for_load_state()
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        except Error as error:  # a page that brings itself up to date leaves while it is read
            walk.complaints.append(f"{who}: {address}: {error.message.splitlines()[0]}")
            continue
        for each in links:
            target = urlsplit(urljoin(page.url, each))
            if f"{target.scheme}://{target.netloc}" == base:
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))
    context.close()


def _sign_in_by_code(page: Page, subject: str) -> None:
    """Sign in as somebody who was written to in their language: their own pages have it too."""
    page.goto("/demo/mail")
    page.get_by_role("link", name=subject).first.click()
    address = re.search(r"[\w.]+@example\.\w+", page.inner_text("main"))
    if address is None:
        raise SystemExit("The demonstration wrote to nobody.")
    page.goto("/accounts/login/")
    page.locator("input[type=email]").fill(address[0])
    page.locator("form:has(input[type=email]) button").click()
    page.wait_for_url("**/confirm/")
    confirm = page.url
    for _ in range(20):
        page.goto("/demo/mail")
        newest = page.get_by_role("main").get_by_role("link").first
        if subject not in newest.inner_text():
            break
        page.wait_for_timeout(500)
    newest.click()
    code = re.search(r"\b[0-9]{3,4}-[0-9]{3,4}\b", page.inner_text("main"))
    if code is None:
        raise SystemExit("The demonstration sent no code.")
    page.goto(confirm)
    page.locator("input[name=code]").fill(code[0])
    page.locator("form:has(input[name=code]) button").first.click()
    page.wait_for_url("**/you/")


def _take(walk: Walk, page: Page, context: BrowserContext, address: str, name: str) -> None:
    """Photograph one address, and its form with its errors."""
    head = context.request.get(address)
    walk.seen.add(_route(address))
    if "text/html" not in head.headers.get("content-type", ""):
        return
    if "attachment" in head.headers.get("content-disposition", ""):
        return
    page.goto(address)
    if head.status >= 500:
        walk.complaints.append(f"{name}: answers with {head.status}")
    walk.photograph(page, name)
    waits = page.locator(_EMPTY).first
    if waits.count() and waits.is_visible():
        before = page.url
        waits.evaluate("field => field.form.noValidate = true")
        waits.locator("xpath=ancestor::form").locator("button").first.click()
        page.wait_for_load_state()
        if page.locator(".govuk-error-summary").count():
            walk.photograph(page, f"{name}-error")
        elif page.url != before:
            walk.photograph(page, f"{name}-sent")


def _file(address: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "_", address.strip("/").lower())[:90] or "front"


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _route(address: str) -> str:
    """Return the route that answers an address; the address itself if none does."""
    from django.urls import Resolver404, resolve

    _django()
    try:
        return resolve(address.partition("?")[0]).view_name or address
    except Resolver404:
        return address


def _routes() -> set[str]:
    """Return every route with a name."""
    from django.urls import URLPattern, URLResolver, get_resolver

    _django()

    def below(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
        names: set[str] = set()
        for each in patterns:
            if isinstance(each, URLResolver):
                inner = f"{space}{each.namespace}:" if each.namespace else space
                names |= below(each.url_patterns, inner)
            elif each.name:
                names.add(f"{space}{each.name}")
        return names

    return below(get_resolver().url_patterns)


if __name__ == "__main__":
    raise SystemExit(main())
