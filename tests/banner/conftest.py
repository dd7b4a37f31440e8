"""A shop on a port of its own that has the panel, and the promise that names its hosts."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.shop import Shop, promise_of_shop
from aboveboard.promise.actions import adopt_promise
from tests.world import PROMISE_FILE


@pytest.fixture
def shop(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The demonstration's shop, with its promise in force for a year."""
    adopt_promise(
        promise_of_shop(PROMISE_FILE.read_text("utf-8")),
        name=PROMISE_FILE.name,
        by=SYSTEM,
        at=clock.now() - timedelta(days=365),
    )
    opened = Shop(privacy=live_server.url)
    current = settings.current()
    changed = replace(
        current,
        server=replace(current.server, origin=live_server.url),
        website=replace(current.website, origins=opened.origin),
    )
    monkeypatch.setattr(settings, "current", lambda: changed)
    yield opened
    opened.close()


@pytest.fixture
def page(browsing: BrowserContext) -> Generator[Page]:
    """A page of a shop whose policy allows nothing that stands in a page. What is stopped by it
    fails the test, but for the styles that axe and a photograph put in."""
    complaints: list[str] = []
    opened = browsing.new_page()
    opened.set_default_timeout(10_000)

    def note(message: ConsoleMessage) -> None:
        others = ("Failed to load resource", "Applying inline style")
        if message.type == "error" and not any(words in message.text for words in others):
            complaints.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert not complaints, "\n".join(complaints)
