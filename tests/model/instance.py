"""A real instance, driven from outside as its users drive it: the command line, the API, the pages,
a mail server; with a server and its worker that can be killed."""

from __future__ import annotations

import base64
import csv
import email
import email.policy
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import requests

from aboveboard.delivery import catcher
from tests.commands.conftest import clean_environment, command
from tests.commands.test_serve import free_port, worker_of
from tests.world import PROMISE_FILE

PATIENCE = 120
TOKEN_LASTS = 300

STAFF = {
    "lead@example.net": "incident-lead",
    "second@example.net": "incident-lead",
    "keeper@example.net": "administrator",
}
CLIENTS = {
    "order system": ("shop-system", ["--purpose", "deliver-orders", "--channel", "api"]),
    "desk": ("shop-system", ["--choose", "personal-offers", "--channel", "shop"]),
    "offers": (
        "offers-service",
        ["--purpose", "personal-offers", "--choose", "personal-offers", "--channel", "api"],
    ),
}
FIELDS = {"deliver-orders": ["last_name", "city"], "personal-offers": ["first_name", "birth_date"]}


class Failed(AssertionError):
    """A command ended in a way that nobody expected."""


class Instance:
    """An instance folder with all that runs on it."""

    def __init__(self, folder: Path, *, postgres: str | None) -> None:
        self.folder, self.home = folder, folder / "home"
        self.mail, self.port, mail_port = folder / "mail", free_port(), free_port()
        self._environment = clean_environment() | {"ABOVEBOARD_HOME": str(self.home)}
        self._server: subprocess.Popen[bytes] | None = None
        self._tokens: dict[str, tuple[str, float]] = {}
        self._mail_server = catcher.start("127.0.0.1", mail_port, self.mail)
        init = ["init", self.home, "--name", "Adventure Works"]
        init += ["--origin", self.address, "--mail", f"smtp://127.0.0.1:{mail_port}"]
        self.run(*init, *(["--postgres", postgres] if postgres else []))
        self.run("promise", "adopt", PROMISE_FILE)
        links = {
            email: self.json("staff", "add", email, "--name", email, "--role", role)["link"]
            for email, role in STAFF.items()
        }
        self.clients = {
            name: self.json("client", "add", name, "--role", role, "--team", "Shops", *scope)
            for name, (role, scope) in CLIENTS.items()
        }
        self.recipient = self.run("export", "new-key", folder / "key.txt").strip()
        try:
            self.start()
            self.console = self._colleague(links["keeper@example.net"])
        except BaseException:
            self.close()  # or a server would stay behind
            raise

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # The command line

    def run(self, *words: object, codes: Iterable[int] = (0,)) -> str:
        """Run a command to its end; return what it printed."""
        done = subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            cwd=self.folder,
            timeout=600,
        )
        if done.returncode not in codes:
            raise Failed(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stderr[-4000:]}")
        return done.stdout

    def json(self, *words: object, codes: Iterable[int] = (0,)) -> Any:
        """Run a command with ``--json``; return its answer."""
        return json.loads(self.run(*words, "--json", codes=codes))

    def import_rows(self, rows: list[Mapping[str, str]]) -> Any:
        """Import these rows as a file of their own; exit code 1 is a report with problems."""
        file = self.folder / f"customers-{time.monotonic_ns()}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return self.json("import", file, "--sample-mapping", codes=(0, 1))

    def person_number(self, customer_number: str) -> int:
        """Return the number that the console shows for this customer."""
        program = (
            "import sys, django; django.setup()\n"
            "from aboveboard.vault.queries import find\n"
            "print(find('customer_number', sys.argv[1])[0])"
        )
        found = subprocess.run(
            [sys.executable, "-c", program, customer_number],
            capture_output=True,
            text=True,
            check=True,
            env=self._environment | {"DJANGO_SETTINGS_MODULE": "aboveboard.site.settings"},
        )
        return int(found.stdout)

    # The server and its worker

    def start(self) -> None:
        """Serve, with a worker, and wait until it answers."""
        log = (self.folder / "serve.log").open("ab")
        with log:
            self._server = subprocess.Popen(
                command("serve", "--port", self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        until("the server answers", self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """Kill the server and its worker, in the middle of whatever they do."""
        if self._server is not None:
            worker = worker_of(self._server.pid)  # in a session of its own
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            if worker is not None:
                os.kill(worker, signal.SIGKILL)
                until("the worker is gone", lambda: not Path(f"/proc/{worker}").exists())
            self._server = None
            self._tokens.clear()

    def close(self) -> None:
        """End all that runs."""
        self.kill()
        self._mail_server.stop()

    # The API

    def use(self, client: str, number: str, purpose: str) -> tuple[int, Any]:
        """Ask for a person's data as a client does; return the status and the answer."""
        body = {
            "person": {"kind": "customer_number", "value": number},
            "purpose": purpose,
            "fields": FIELDS[purpose],
            "channel": "api",
        }
        return self._post(client, "/api/v1/uses", body)

    def choose(self, client: str, channel: str, number: str, answer: str) -> int:
        """Record a choice about offers as a client does; return the status."""
        body = {
            "person": {"kind": "customer_number", "value": number},
            "purpose": "personal-offers",
            "answer": answer,
            "channel": channel,
            "evidence": f"form:{time.monotonic_ns()}",
        }
        return self._post(client, "/api/v1/choices", body)[0]

    def _post(self, client: str, path: str, body: object) -> tuple[int, Any]:
        bearer = {"Authorization": f"Bearer {self._token(client)}"}
        answer = requests.post(self.address + path, json=body, headers=bearer, timeout=PATIENCE)
        return answer.status_code, answer.json()

    def _token(self, client: str) -> str:
        token, until_when = self._tokens.get(client, ("", 0.0))
        if time.monotonic() > until_when:
            secret = (self.clients[client]["client_id"], self.clients[client]["client_secret"])
            form = {"grant_type": "client_credentials"}
            answer = requests.post(f"{self.address}/oauth/token", form, auth=secret, timeout=30)
            token = answer.json()["access_token"]
            self._tokens[client] = (token, time.monotonic() + TOKEN_LASTS)
        return token

    # The pages

    def _colleague(self, link: str) -> Portal:
        """Sign in as staff by a first link, and set up an app for the second factor."""
        browser, path = Portal(self.address), "/accounts/2fa/totp/activate/"
        browser.post(link.removeprefix(self.address), {})
        secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get(path))
        if secret is None:
            raise Failed(f"no key for the app on: {browser.page}")
        # From another page: the page with the key makes a new key each time it is opened.
        browser.post(path, {"code": one_time_code(secret[1])}, page="/accounts/2fa/")
        return browser

    def add_device(self, tag: str) -> None:
        """Add a laptop that is not encrypted, as the administrator does in the console."""
        device = {"tag": tag, "name": "Laptop", "kind": "laptop", "encrypted": "no", "holder": ""}
        page = self.console.post("/console/devices/add/", device)
        if f"{tag} added" not in page:
            raise Failed(page)

    def sign_in(self, address: str) -> Portal | None:
        """Sign in as a customer by the code that is mailed; None when no mail comes."""
        portal = Portal(self.address)
        before = len(self.letters(address))
        portal.post("/accounts/login/", {"login": address})
        try:
            until("a code", lambda: len(self.letters(address)) > before, seconds=20)
        except Failed:
            return None
        code = re.search(r"\b\d{4}-\d{4}\b", self.letters(address)[-1])
        if code is None:
            raise Failed(f"no code in: {self.letters(address)[-1]}")
        portal.post(portal.at, {"code": code[0]})
        return portal

    def letters(self, address: str) -> list[str]:
        """Return the text of each mail to this address, oldest first."""
        texts = []
        for file in sorted(self.mail.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = letter.get_body(preferencelist=("plain",))
            if str(letter["To"]) == address and body is not None:
                texts.append(str(body.get_content()))
        return texts


class Portal:
    """A customer's browser, as far as forms go."""

    def __init__(self, address: str) -> None:
        self._address, self._session = address, requests.Session()
        self.at, self.page = "/", ""

    def get(self, path: str) -> str:
        """Open a page; return its text."""
        answer = self._session.get(self._address + path, timeout=PATIENCE)
        return self._opened(answer)

    def post(self, path: str, form: Mapping[str, str], *, page: str = "") -> str:
        """Send a form from its page, with the token against forged ones; return the page after."""
        self.get(page or path)
        token = self._session.cookies.get("csrftoken") or _csrf(self.page)
        answer = self._session.post(
            self._address + path,
            {**form, "csrfmiddlewaretoken": token},
            headers={"Referer": self._address + path},
            timeout=PATIENCE,
        )
        return self._opened(answer)

    def _opened(self, answer: requests.Response) -> str:
        if not answer.ok:
            raise Failed(f"{answer.url}: {answer.status_code}")
        self.at, self.page = answer.url.removeprefix(self._address), answer.text
        return self.page


def one_time_code(secret: str) -> str:
    """Return the code that an app shows now for this key (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def _csrf(page: str) -> str:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return token[1] if token else ""


def until(what: str, check: Any, *, seconds: float = PATIENCE) -> None:
    """Wait until that is so.

    Raises:
        Failed: it was not so in time.
    """
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} seconds")
        time.sleep(0.1)
