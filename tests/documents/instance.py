"""An organisation's instance with people in it, really served, with its worker and a mail server:
what a reader of the guides has before them."""

from __future__ import annotations

import csv
import os
import shlex
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from aboveboard.commands.demo.people import people
from aboveboard.delivery import catcher
from tests.commands.conftest import clean_environment, command
from tests.commands.forking import Forking
from tests.commands.test_serve import answers, free_port
from tests.documents.reader import PATIENCE, Reader, until
from tests.model.browser import Browser
from tests.world import MAPPING_FILE, PROMISE_FILE

STAFF = {
    "ada@example.org": "adviser",
    "lead@example.org": "incident-lead",
    "second@example.org": "incident-lead",
    "sam@example.org": "adviser",
    "privacy@example.org": "privacy-lead",
}
PEOPLE = 60
SAMPLE = PROMISE_FILE.read_text("utf-8")
"""The promise that is in force before each guide."""


class Instance:
    """An instance folder, its server and its mail."""

    def __init__(self, folder: Path, new_database: Callable[[], str | None]) -> None:
        self.folder, self.home, self.mail = folder, folder / "home", folder / "mail"
        self.port, self.mail_port, self.new_database = free_port(), free_port(), new_database
        self.operator: Reader
        self.prepared: Forking | None = None
        self.database: str | None = None
        self.console: Browser | None = None
        self._catcher: catcher.Catcher | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def make(self, forking: Forking) -> None:
        """Make it, with the sample promise, staff and made-up customers."""
        operator, database = Reader(self.folder / "first", forking, self.home), self.new_database()
        self.database = database
        (self.folder / "promise.yaml").write_text(SAMPLE)
        operator.type(
            f"aboveboard init {self.home} --name 'Adventure Works' --origin {self.address}"
            f" --mail smtp://127.0.0.1:{self.mail_port} --promise ../promise.yaml"
            + (f" --postgres {database}" if database else "")
        )
        self.prepared = Forking(self.home)
        operator = Reader(self.folder / "operator", forking, self.home, self.prepared)
        self.operator = operator
        for address, role in STAFF.items():
            operator.type(f"aboveboard staff add {address} --name {address} --role {role}")
        write_people(self.folder / "people.csv", PEOPLE)
        operator.type(f"aboveboard import ../people.csv --mapping {MAPPING_FILE}")

    def adopt(self, promise: str) -> None:
        """Put a promise in force, if another is."""
        ((digest,),) = self.asked(
            "SELECT digest FROM promise_promiseversion ORDER BY serial DESC LIMIT 1"
        )
        if digest == sha256(promise.encode()).hexdigest():
            return
        (self.folder / "promise.yaml").write_text(promise)
        self.operator.type("aboveboard promise adopt ../promise.yaml")

    def takes(self, settings: str) -> None:
        """Look that these settings may stand in its file."""
        with self.with_settings(settings):
            self.operator.type("aboveboard hold list")

    @contextmanager
    def with_settings(self, settings: str) -> Iterator[None]:
        """Have these settings in its file; the server goes on with those that it read."""
        file = self.home / "aboveboard.toml"
        kept = file.read_text("utf-8")
        try:
            section, _, lines = settings.partition("\n")
            whole = kept if section in kept.splitlines() else f"{kept}\n{section}\n"
            file.write_text(whole.replace(f"\n{section}\n", f"\n{section}\n{lines}\n"))
            yield
        finally:
            file.write_text(kept)

    def asked(self, question: str) -> list[tuple[Any, ...]]:
        """Return the rows that its database answers."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(question).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.home / "aboveboard.sqlite3")) as file:
            return file.execute(question).fetchall()

    def person(self, customer_number: str) -> str:
        """Return the number that the console shows for this customer."""
        program = (
            "import sys\n"
            "from aboveboard.vault.queries import find\n"
            "from aboveboard.basics.person_codes import person_code\n"
            "print(person_code(find('customer_number', sys.argv[1])[0]))"
        )
        return self.operator.type(f"aboveboard -c {shlex.quote(program)} {customer_number}").strip()

    def start_mail(self) -> None:
        """Start its mail server."""
        self._catcher = catcher.start("127.0.0.1", self.mail_port, self.mail)

    def stop_mail(self) -> None:
        """Stop its mail server."""
        if self._catcher is not None:
            self._catcher.stop()
            self._catcher = None

    def serve(self) -> None:
        """Start the server, with its worker."""
        with (self.folder / "serve.log").open("ab") as log:
            self._server = subprocess.Popen(
                command("serve", "--home", self.home, "--port", self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(),
            )
        until("the server answers", lambda: answers(self.port))

    def stop(self) -> None:
        """Stop the server, as a reader who is told to."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(PATIENCE)
            self._server = None


@contextmanager
def served(
    folder: Path, forking: Forking, new_database: Callable[[], str | None]
) -> Iterator[Instance]:
    """Make an instance and serve it until the end."""
    instance = Instance(folder, new_database)
    try:
        instance.start_mail()
        instance.make(forking)
        instance.serve()
        yield instance
    finally:
        instance.stop()
        instance.stop_mail()
        if instance.prepared:
            instance.prepared.close()


def write_people(file: Path, count: int, start: int = 0) -> list[dict[str, str]]:
    """Write made-up customers in the sample's form, and return them."""
    rows = list(people(count))[start:]
    write_rows(file, rows)
    return rows


def write_rows(file: Path, rows: list[dict[str, str]]) -> None:
    """Write customers as a file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Databases:
    """A new database on the PostgreSQL server of this run each time; none on SQLite."""

    def __init__(self, server: str | None) -> None:
        self._server = server
        self._made: list[str] = []

    def new(self) -> str | None:
        """Return the address of an empty database, or None on SQLite."""
        if self._server is None:
            return None
        name = f"aboveboard_documents_{os.getpid()}_{len(self._made)}"
        self._execute(f"CREATE DATABASE {name}")
        self._made.append(name)
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))

    def drop(self) -> None:
        """Remove them all."""
        for name in self._made:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        if self._server is not None:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(statement)  # type: ignore[arg-type]  # a name of ours
