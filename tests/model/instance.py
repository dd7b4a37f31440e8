"""A real instance, driven from outside as its users drive it: the command line, the API, the pages,
a mail server; with a server and its worker that can be killed."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import requests

from aboveboard.basics.person_codes import read_person
from aboveboard.delivery import catcher
from tests.commands.conftest import clean_environment, command
from tests.commands.forking import Forking
from tests.commands.test_serve import worker_of
from tests.model.browser import PATIENCE, Browser, Failed, code_in, letters, until

TOKEN_LASTS = 300
_FROM_NOTHING = ("init", "migrate", "restore")
NO_MAIL = 3.0
"""Seconds that somebody who gets no code waits for it: ten times what it takes to come."""

FIELDS = {
    "deliver-orders": ["last_name", "city"],
    "personal-offers": ["first_name", "birth_date"],
    "improve-shops": ["city"],
}


class Instance:
    """An instance folder with all that runs on it."""

    def __init__(
        self, folder: Path, forking: Forking, ports: tuple[int, int], *, home: Path | None = None
    ) -> None:
        self.folder, self.home = folder, home or folder / "home"
        self.mail, (self.port, self.mail_port) = folder / "mail", ports
        self._forking = forking
        self.environment = clean_environment() | {"ABOVEBOARD_HOME": str(self.home)}
        self._set_up: tuple[bytes, Forking] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._mail_server: catcher.Catcher | None = None
        self._tokens: dict[str, tuple[str, float]] = {}
        self.clients: dict[str, dict[str, str]] = {}
        self.staff: dict[str, Browser] = {}
        self.mail_up()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # The command line

    def run(self, *words: object, codes: Iterable[int] = (0,), typed: str = "") -> str:
        """Run a command to its end, with this on its standard input; return what it printed."""
        done = self._forking_for(str(words[0])).run(
            list(map(str, words)),
            environment=self.environment,
            folder=self.folder,
            typed=typed,
            timeout=600,
        )
        if done.returncode not in codes:
            said = done.stderr[-4000:] or done.stdout[-4000:]
            raise Failed(f"{' '.join(map(str, words))}: {done.returncode}\n{said}")
        return done.stdout

    def _forking_for(self, command: str) -> Forking:
        """Return the process that starts a command: one that has Django set up for this instance
        with the settings as they are now, but for what makes or replaces it, and where settings
        are in the environment."""
        given = {name for name in self.environment if name.startswith("ABOVEBOARD_")}
        if command in _FROM_NOTHING or given != {"ABOVEBOARD_HOME"}:
            return self._forking
        settings = (self.home / "aboveboard.toml").read_bytes()
        if self._set_up is None or self._set_up[0] != settings:
            self._end_set_up()
            self._set_up = settings, Forking(self.home)
        return self._set_up[1]

    def _end_set_up(self) -> None:
        if self._set_up is not None:
            self._set_up[1].close()
            self._set_up = None

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

    # The server and its worker

    def start(self) -> None:
        """Serve, with a worker, and wait until it answers."""
        with (self.folder / "serve.log").open("ab") as log:
            self._server = subprocess.Popen(
                command("serve", "--port", self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        try:
            until("the server answers", self._answers)
        except Failed as failed:
            said = (self.folder / "serve.log").read_text()[-2_000:]
            raise Failed(f"{failed}\n{said}") from None

    def _answers(self) -> bool:
        if self._server is not None and self._server.poll() is not None:
            raise Failed("the server ended")
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

    def stop(self) -> None:
        """Ask the server and its worker to end, and wait for them."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(PATIENCE)
            self._server = None

    def close(self) -> None:
        """End all that runs."""
        self._end_set_up()
        self.kill()
        self.mail_down()

    # The mail server

    def mail_up(self) -> None:
        """Take every mail that is sent."""
        self._mail_server = catcher.start("127.0.0.1", self.mail_port, self.mail)

    def mail_down(self) -> None:
        """Take none."""
        if self._mail_server is not None:
            self._mail_server.stop()
            self._mail_server = None

    def letters(self, address: str) -> list[str]:
        """Return the text of each mail to this address, oldest first."""
        return letters(self.mail, address)

    def next_letter(self, address: str, before: int, seconds: float = PATIENCE) -> str:
        """Wait for one more letter than there were; return it."""
        until(
            f"a letter to {address}", lambda: len(self.letters(address)) > before, seconds=seconds
        )
        return self.letters(address)[-1]

    # The API

    def use(
        self, client: str, value: str, purpose: str, *, kind: str = "customer_number"
    ) -> tuple[int, Any]:
        """Ask for a person's data as a client does; return the status and the answer."""
        body = {
            "person": {"kind": kind, "value": value},
            "purpose": purpose,
            "fields": FIELDS[purpose],
            "channel": "api",
        }
        return self._post(client, "/api/v1/uses", body)

    def choose(
        self, client: str, channel: str, number: str, answer: str, purpose: str = "personal-offers"
    ) -> int:
        """Record a choice as a client does; return the status."""
        body = {
            "person": {"kind": "customer_number", "value": number},
            "purpose": purpose,
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

    def sign_in(self, address: str, *, expected: bool = True) -> Browser | None:
        """Sign in as a customer by the code that is mailed; None when no mail comes."""
        browser, before = Browser(self.address), len(self.letters(address))
        browser.post("/accounts/login/", {"login": address})
        try:
            letter = self.next_letter(address, before, PATIENCE if expected else NO_MAIL)
        except Failed:
            return None
        browser.post(browser.at, {"code": code_in(letter)})
        return browser

    def look_up(
        self, staff: str, who: str, purpose: str, fields: Iterable[str], channel: str = "phone"
    ) -> Browser:
        """Look somebody up in the console; return the browser, with the page that it shows."""
        form = {"who": who, "channel": channel, "fields_wanted": list(fields), "reference": ""}
        browser = self.staff[staff]
        browser.post(f"/console/people/{purpose}/", form, statuses=(200, 403, 422))
        return browser

    def person_number(self, customer_number: str) -> int | None:
        """Return the number that the console shows the privacy lead for this customer."""
        page = self.look_up("privacy", customer_number, "tell-you-of-a-loss", ["customer_number"])
        found = re.search(r"/console/retention/people/([0-9A-Z-]+)/", page.page)
        return read_person(found[1]) if found else None
