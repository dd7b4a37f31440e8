"""Photograph every page, so that somebody looks at it.

1. A demonstration is made in a temporary folder, and furnished: every list has a row.
2. Nobody, two customers and each of the staff follow every link they are shown.
3. Each then plays what no link leads to: forms and what they answer, and what goes wrong.
4. What every page needs is taken away, for the pages that say so.

Each page is taken at the width of a phone and of a desk, light and dark, into
``.cache/screens/<language>``; a form that waits for an answer is also sent empty, for its errors.
``index.html`` there shows them all. Exit code 1 says what is wrong: the pages on which axe or a
script complains, that scroll sideways or answer with a fault of ours, the acts that came to a
halt, and what has no photograph: a route that gives a page to one of them, a kind of error.

It is for eyes, and takes minutes; the journeys through the pages are in the browser tests.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import tempfile
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Error, sync_playwright

import scripts.browsers as browsers
from scripts.screens import stage as staging

if TYPE_CHECKING:
    from scripts.screens.walk import Walk

ROOT = Path(__file__).parents[2]
STATUSES = {400, 403, 404, 405, 409, 422, 429, 500, 503}
"""What a page can be answered with, when it is not what was asked for. 408 and 413 end a request
whose body is slow or too large, which no browser sends."""


def main() -> int:
    """Make the demonstration, walk through it, say what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m scripts.screens", description=__doc__)
    parser.add_argument(
        "--people", type=int, default=1260, help="made-up customers, of whom 1200 are on the laptop"
    )
    parser.add_argument("--port", type=int, default=8411, help="port of the demonstration")
    parser.add_argument("--language", default="en-GB", help="of the browser: en-GB, fr, de")
    parser.add_argument("--only", default="", help="a pattern of who walks: customer|adviser")
    parser.add_argument("--acts", action="store_true", help="play the acts, and follow no links")
    arguments = parser.parse_args()
    folder = ROOT / ".cache" / "screens" / arguments.language
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        if re.search(arguments.only, old.name):
            old.unlink()
    with tempfile.TemporaryDirectory(prefix="screens-") as home:
        stage = staging.make(
            Path(home) / "demo",
            port=arguments.port,
            people=arguments.people,
            language=arguments.language,
        )
        from scripts.screens.walk import Walk

        walk = Walk(folder)
        with staging.served(stage), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browsers.find(), args=["--no-sandbox", "--disable-gpu"]
            )
            for who, link in {"nobody": "", **stage.links}.items():
                if re.fullmatch(arguments.only or ".*", who):
                    _one(walk, stage, browser, who, link, arguments)
            if re.fullmatch(arguments.only or ".*", "faults"):
                _faults(walk, stage, browser)
            browser.close()
        _index(folder)
        return _say(walk, whole=not arguments.only and not arguments.acts)


def _one(
    walk: Walk,
    stage: staging.Stage,
    browser: Browser,
    who: str,
    link: str,
    arguments: argparse.Namespace,
) -> None:
    from scripts.screens.acts import ACTS
    from scripts.screens.scene import Scene
    from scripts.screens.walk import follow

    context = browser.new_context(
        base_url=stage.base, locale=arguments.language, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    walk.watch(page, who)
    starts = ["/", "/accounts/staff/", "/no-such-page/", "/accounts/login/"]
    if link:
        page.goto(link)
        walk.photograph(page, who, "link")
        page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_load_state()
        starts = [re.sub(r"^https?://[^/]+", "", page.url)]
        starts += ["/accounts/", "/accounts/reauthenticate/"]
    if not arguments.acts:
        follow(walk, page, who, starts, public=not link)
    try:
        if who in ACTS:
            ACTS[who](Scene(walk, stage, page, who))
    except Error as error:
        why = " ".join(error.message.split())[:300]
        walk.complaints.append(f"{who}: the act stopped at {page.url}: {why}")
    context.close()


def _faults(walk: Walk, stage: staging.Stage, browser: Browser) -> None:
    """Take a table away, which is a service that is down; then spoil the file, a fault of ours."""
    page = browser.new_context(base_url=stage.base).new_page()
    walk.watch(page, "nobody")
    file = stage.home / "aboveboard.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("ALTER TABLE promise_promiseversion RENAME TO gone")
        page.goto("/trust/promise/")
        walk.photograph(page, "nobody", "act-away")
        database.execute("ALTER TABLE gone RENAME TO promise_promiseversion")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))
    page.goto("/trust/incidents/")
    walk.photograph(page, "nobody", "act-failed")


def _say(walk: Walk, *, whole: bool) -> int:
    from scripts.screens.routes import wanted

    print(f"{walk.taken} pages, each at two widths, light and dark, in {walk.folder}")
    for complaint in walk.complaints:
        print(f"  {complaint}")
    if not whole:
        return 1 if walk.complaints else 0
    anybody = {name for name, _ in walk.seen}
    missing = sorted(
        f"{name} as {who or 'anybody'}"
        for name, who in wanted()
        if not ((name, who) in walk.seen if who else name in anybody)
    )
    missing += [f"an answer with {status}" for status in sorted(STATUSES - walk.statuses)]
    if missing:
        print("No photograph of:", *missing, sep="\n  ")
    return 1 if walk.complaints or missing else 0


def _index(folder: Path) -> None:
    """Write one page that shows them all, side by side."""
    names = sorted({file.name.partition(".")[0] for file in folder.glob("*.png")})
    rows = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<img loading="lazy" width="{wide}" src="{name}.{size}-{scheme}.png" alt="">'
            for size, wide in (("phone", 200), ("desk", 520))
            for scheme in ("light", "dark")
        )
        + "</p>"
        for name in names
    )
    (folder / "index.html").write_text(f"<!doctype html><title>Screens</title>{rows}", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
