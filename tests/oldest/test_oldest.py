"""The oldest instance still comes up: migrated, verified and served, with everything in it.

The folders were made by commit 5d29c0e (``make_oldest.py``). Each later version must bring them up
the way an operator would: install, ``aboveboard migrate``, ``aboveboard serve``.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from aboveboard.commands import exits
from scripts import postgres
from tests.commands.conftest import clean_environment, command, forking
from tests.commands.forking import Forking
from tests.commands.test_serve import answers, free_port, until

__all__ = ["forking"]  # a fixture

HERE = Path(__file__).parent
PATIENCE = 60
pytestmark = pytest.mark.database

Environment = dict[str, str]


@pytest.fixture(scope="module")
def environment(
    on_postgres: bool, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Environment]:
    """The old folder unpacked, on PostgreSQL with its database loaded; nothing run on it yet."""
    home = tmp_path_factory.mktemp("oldest")
    unpack(home, on_postgres=on_postgres)
    variables = clean_environment() | {"ABOVEBOARD_HOME": str(home)}
    if not on_postgres:
        yield variables
        return
    with closing(database(home / "dump.sql")) as url:
        yield variables | {"ABOVEBOARD_DATABASE_URL": next(url)}


def unpack(home: Path, *, on_postgres: bool) -> None:
    """Unpack the folder that the oldest version made."""
    with tarfile.open(HERE / ("postgres.tar.xz" if on_postgres else "sqlite.tar.xz")) as archive:
        archive.extractall(home, filter="data")
    for secret in home.glob("*.key"):
        secret.chmod(0o600)


def database(dump: Path) -> Generator[str]:
    """Yield the address of a database with this in it, which is removed afterwards."""
    import psycopg

    server = urlsplit(os.environ["TEST_POSTGRES_URL"])
    name = f"oldest_{os.getpid()}"
    binaries = postgres.find_binaries()
    assert binaries is not None
    with psycopg.connect(urlunsplit(server), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = urlunsplit(server._replace(path=f"/{name}"))
    load = [binaries / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, url]
    subprocess.run(load, check=True, capture_output=True)
    try:
        yield url
    finally:
        with psycopg.connect(urlunsplit(server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def aboveboard(environment: Environment, forking: Forking) -> Run:
    """Run a command on it."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return forking.run(words, environment=environment, folder=HERE, typed="", timeout=180)

    return run


@pytest.fixture(scope="module")
def migration(aboveboard: Run) -> str:
    done = aboveboard("migrate")
    assert done.returncode == exits.DONE, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def migrated(environment: Environment, migration: str) -> Environment:
    assert migration
    return environment


@pytest.fixture(scope="module")
def facts(environment: Environment) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        (Path(environment["ABOVEBOARD_HOME"]) / "facts.json").read_text()
    )
    return read


@pytest.fixture(scope="module")
def ask(migrated: Environment, facts: dict[str, Any]) -> Generator[Any]:
    """Ask the served instance for a customer's name as its shop system does; status and answer."""
    port = free_port()
    words = command("serve", "--port", port)
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=migrated, text=True
    )
    try:
        until("an answer", PATIENCE, lambda: answers(port))
        client = f"{facts['client']['id']}:{facts['client']['secret']}".encode()
        basic = {"Authorization": f"Basic {b64encode(client).decode()}"}
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        _, token = _post(port, "/oauth/token", form, basic)
        bearer = {
            "Authorization": f"Bearer {token['access_token']}",
            "Content-Type": "application/json",
        }

        def ask(number: str) -> tuple[int, Any]:
            use = {
                "person": {"kind": "customer_number", "value": number},
                "purpose": "deliver-orders",
                "fields": ["last_name"],
                "channel": "shop",
            }
            return _post(port, "/api/v1/uses", json.dumps(use).encode(), bearer)

        yield ask
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _post(port: int, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.usefixtures("migrated")
def test_migrating_again_changes_nothing(aboveboard: Run) -> None:
    again = aboveboard("migrate")
    assert again.returncode == exits.DONE, again.stderr


@pytest.mark.usefixtures("migrated")
def test_the_log_is_whole(aboveboard: Run) -> None:
    verified = aboveboard("ledger", "verify")
    assert verified.returncode == exits.DONE, verified.stdout + verified.stderr


@pytest.mark.usefixtures("migrated")
def test_doctor_asks_for_nothing_but_the_work_that_waited(aboveboard: Run) -> None:
    examined = aboveboard("doctor")
    assert examined.returncode in (exits.DONE, exits.ATTENTION), examined.stdout + examined.stderr
    acts = [line for line in examined.stdout.splitlines() if line.startswith("act")]
    assert all(line.split()[1] == "work:" for line in acts), examined.stdout


@pytest.mark.usefixtures("migrated")
def test_incidents_are_listed(aboveboard: Run, facts: dict[str, Any]) -> None:
    listed = aboveboard("incident", "list")
    assert all(reference in listed.stdout for reference in facts["incidents"]), listed.stderr


@pytest.mark.parametrize("name", ["held", "released", "kept", "split", "parted", "objects"])
def test_whoever_is_held_is_found_with_what_was_theirs(
    ask: Any, facts: dict[str, Any], name: str
) -> None:
    status, answer = ask(facts["numbers"][name])
    assert (status, answer.get("values")) == (200, {"last_name": facts["last_names"][name]})


def test_a_correction_stays(ask: Any, facts: dict[str, Any]) -> None:
    status, answer = ask(facts["numbers"]["corrected"])
    assert (status, answer.get("values")) == (200, {"last_name": "Corrected"})


def test_a_merged_number_still_finds_its_person(ask: Any, facts: dict[str, Any]) -> None:
    _, kept = ask(facts["numbers"]["kept"])
    status, merged = ask(facts["numbers"]["merged"])
    assert (status, merged.get("values")) == (200, kept["values"])


def test_of_erasures_that_nobody_remembers_the_upgrade_says_what_to_do(migration: str) -> None:
    """The oldest version destroyed all by which they could be recognised: a file brings them
    back, and only whoever makes that file can prevent it."""
    assert "1 erasure was made by an earlier version" in migration
    assert "take them out of the files that you import" in migration


def test_who_was_erased_stays_erased(ask: Any, facts: dict[str, Any]) -> None:
    assert ask(facts["numbers"]["erased"])[0] == 404


def test_a_restriction_stays_in_force(ask: Any, facts: dict[str, Any]) -> None:
    status, answer = ask(facts["numbers"]["restricted"])
    assert status in (403, 404), answer


@pytest.mark.usefixtures("migrated")
def test_the_holds_are_listed(aboveboard: Run) -> None:
    listed = aboveboard("hold", "list")
    assert "case/417" in listed.stdout, listed.stdout + listed.stderr
    assert "case/419" not in listed.stdout, "it was released"
