"""An instance with a promise, staff who have signed in, and clients: made once, copied for each
life."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.commands.forking import Forking
from tests.commands.test_serve import free_port
from tests.model.browser import Browser, Failed, one_time_code
from tests.model.database import Databases
from tests.model.instance import Instance
from tests.world import PROMISE_FILE

STAFF = {
    "lead": "incident-lead",
    "second": "incident-lead",
    "keeper": "administrator",
    "adviser": "adviser",
    "colleague": "adviser",
    "privacy": "privacy-lead",
}
CLIENTS = {
    "order system": ("shop-system", ["--purpose", "deliver-orders", "--channel", "api"]),
    "desk": (
        "shop-system",
        ["--choose", "personal-offers", "--choose", "improve-shops", "--channel", "shop"],
    ),
    "offers": (
        "offers-service",
        ["--purpose", "personal-offers", "--choose", "personal-offers", "--channel", "api"],
    ),
    "planning": ("shop-planning", ["--purpose", "improve-shops", "--channel", "api"]),
}
FRESH = 3_600.0
"""Seconds that staff stay signed in without a click, and more."""


def mailbox(staff: str) -> str:
    """Return the address of a member of staff."""
    return f"{staff}@example.net"


class Prepared:
    """Makes an instance for each life."""

    def __init__(self, server: str | None) -> None:
        self.databases, self.forking = Databases(server), Forking()
        self._folder = Path(tempfile.mkdtemp(prefix="aboveboard-prepared-"))
        self._made: Instance | None = None
        self._made_at = 0.0

    def life(self, folder: Path) -> Instance:
        """Return an instance of its own in an empty folder, served."""
        if self._made is None or time.monotonic() - self._made_at > FRESH:
            self._made, self._made_at = self._make(), time.monotonic()
        made = self._made
        shutil.copytree(made.home, folder / "home")
        self.databases.again()
        life = Instance(folder, self.forking, (made.port, made.mail_port))
        life.clients = made.clients
        life.staff = {
            name: Browser(life.address, browser.cookies) for name, browser in made.staff.items()
        }
        started(life)
        return life

    def close(self) -> None:
        """Remove everything."""
        self.forking.close()
        self.databases.drop_all()
        shutil.rmtree(self._folder)

    def _make(self) -> Instance:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        made = Instance(folder, self.forking, (free_port(), free_port()))
        postgres = self.databases.new()
        init = ["init", made.home, "--name", "Adventure Works", "--origin", made.address]
        init += ["--mail", f"smtp://127.0.0.1:{made.mail_port}"]
        made.run(*init, *(["--postgres", postgres] if postgres else []))
        made.run("promise", "adopt", PROMISE_FILE)
        links = add_everybody(made)
        started(made)
        try:
            sign_in_staff(made, links)
        finally:
            made.stop()
            made.close()
        self.databases.prepared()
        return made


def add_everybody(instance: Instance) -> dict[str, str]:
    """Add the staff and the clients; return the first link of each member of staff."""
    instance.clients = {
        name: instance.json("client", "add", name, "--role", role, "--team", "Shops", *scope)
        for name, (role, scope) in CLIENTS.items()
    }
    return {
        name: instance.json("staff", "add", mailbox(name), "--name", name, "--role", role)["link"]
        for name, role in STAFF.items()
    }


def sign_in_staff(instance: Instance, links: Mapping[str, str]) -> None:
    """Sign every member of staff in."""
    instance.staff = {name: _signed_in(instance, link) for name, link in links.items()}


def started(instance: Instance) -> None:
    """Start an instance; where it does not start, leave nothing behind."""
    try:
        instance.start()
    except BaseException:
        instance.close()  # or a server would stay behind
        raise


def _signed_in(instance: Instance, link: str) -> Browser:
    """Sign in as staff by a first link, and set up an app for the second factor."""
    browser, path = Browser(instance.address), "/accounts/2fa/totp/activate/"
    browser.post(link.removeprefix(instance.address), {})
    secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get(path))
    if secret is None:
        raise Failed(f"no key for the app on: {browser.page}")
    # From another page: the page with the key makes a new key each time it is opened.
    browser.post(path, {"code": one_time_code(secret[1])}, page="/accounts/")
    return browser
