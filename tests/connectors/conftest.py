"""The servers that connected systems are tested on: real ones, started once for each process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

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
