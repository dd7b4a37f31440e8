"""The servers that connected systems are tested on: real ones, started once for each process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from aboveboard.connectors.http import listing
from scripts import mariadb, postgres
from tests.connectors.apis.server import ApiServer
from tests.connectors.apis.speaking import is_signed_well
from tests.connectors.databases import PASSWORD, ShopDatabase, mariadb_shop, postgres_shop


@pytest.fixture(autouse=True)
def database_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let declarations find a password where they say that it is."""
    monkeypatch.setenv("SHOP_DATABASE_PASSWORD", PASSWORD)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the address of a PostgreSQL server: the suite's own, or one for these tests."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    server = postgres.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def mariadb_socket() -> Iterator[str]:
    """Return the socket of a MariaDB server."""
    server = mariadb.start()
    yield server.socket
    server.stop()


@pytest.fixture(scope="session")
def shop_on_postgres(postgres_url: str) -> ShopDatabase:
    """Return a shop on PostgreSQL, to be filled."""
    return postgres_shop(postgres_url)


@pytest.fixture(scope="session")
def shop_on_mariadb(mariadb_socket: str) -> ShopDatabase:
    """Return a shop on MariaDB, to be filled."""
    return mariadb_shop(mariadb_socket)


@pytest.fixture(scope="session")
def api_server() -> Iterator[ApiServer]:
    """The server of recorded shapes."""
    server = ApiServer(list(listing.names()))
    server.verify = is_signed_well
    yield server
    server.close()


@pytest.fixture(scope="session")
def sakila_url(postgres_url: str, shared: Path) -> Iterator[sa.URL]:
    """Return the address of a database with all of Sakila in it."""
    url = sa.make_url(postgres_url)
    name = f"sakila_{os.getpid()}"
    psql = Path(postgres.ensure_binaries()) / "psql"

    def ask(database: str, *more: str) -> None:
        command = [str(psql), "-q", "-X", "-d", url.set(database=database).render_as_string(False)]
        subprocess.run([*command, *more], check=True, capture_output=True)

    ask("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    ask("postgres", "-c", f"CREATE DATABASE {name}")
    folder = shared / "data" / "sakila"
    for file in ("postgres-sakila-schema.sql", "postgres-sakila-insert-data-using-copy.sql"):
        ask(name, "-f", str(folder / file))
    return url.set(database=name)


@pytest.fixture
def database(sakila_url: sa.URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """Return the database for the test itself."""
    monkeypatch.setenv("SAKILA_PASSWORD", str(sakila_url.password))
    url = sakila_url.set(drivername="postgresql+psycopg")
    return sa.create_engine(url, poolclass=sa.pool.NullPool)
