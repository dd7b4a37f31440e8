"""Sakila on PostgreSQL, connected by a declaration and looked at: nobody here designed it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from aboveboard.connectors import registry
from aboveboard.discovery.survey import declaration_of, survey_system
from scripts import postgres
from tests.conftest import SHARED
from tests.discovery.test_columns import PERSONAL_IN_SAKILA

pytestmark = [pytest.mark.shared, pytest.mark.slow]

DECLARATION = """\
system: sakila
name: The video shop
kind: sql
why: What you rented.
source: You gave it to the shop.
owner: Shops
data_uses: [essential.service]
data_subjects: [customer]
addresses:
  private: ['{url.host}']
sql:
  dialect: postgresql
  host: {url.host}
  port: {url.port}
  user: {url.username}
  database: sakila
  password: env:SAKILA_PASSWORD
collections:
  customer:
    about: Your account
    fields:
      email: {{identifier: email, category: user.contact.email}}
"""
_FILE = SHARED / "data" / "sakila" / "postgres-sakila-insert-data-using-copy.sql"


@pytest.fixture
def url() -> Iterator[sa.URL]:
    """Return the address of a server with the tables of Sakila and all their rows."""
    server = None if os.environ.get("TEST_POSTGRES_URL") else postgres.start()
    given = os.environ["TEST_POSTGRES_URL"] if server is None else server.url
    address = sa.make_url(given).set(drivername="postgresql+psycopg")
    root = sa.create_engine(address, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS sakila WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE sakila"))
    _fill(sa.create_engine(address.set(database="sakila"), poolclass=sa.pool.NullPool))
    yield address
    if server is not None:
        server.stop()


def _fill(engine: sa.Engine) -> None:
    lines = iter(_FILE.read_text("utf-8").split("\n"))
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        for line in lines:
            if (copy := re.match(r"COPY public\.(\w+) \((.*)\) FROM stdin", line)) is None:
                continue
            table, names = copy.groups()
            columns = [f"{name} text" for name in names.split(", ")]
            if columns[0] == f"{table}_id text":
                columns[0] += " PRIMARY KEY"
            cursor.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as rows:
                while (row := next(lines)) != "\\.":
                    rows.write(f"{row}\n")


def test_it_is_connected_surveyed_and_confirmed(
    url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKILA_PASSWORD", url.password or "none")
    text = DECLARATION.format(url=url)
    declaration = registry.read_declaration(text, name="sakila.yaml")
    survey = survey_system(registry.build(declaration), declaration)
    assert survey.problem == ""
    found = {(each.collection.removeprefix("public."), each.path) for each in survey.findings}
    assert found == {(table, name) for table, names in PERSONAL_IN_SAKILA.items() for name in names}
    waiting = {(each.collection, each.path) for each in survey.undecided}
    assert ("customer", "email") not in waiting
    assert len(waiting) == len(found) - 1
    assert declaration_of(survey)["customer"]["fields"]["last_name"] == {
        "category": "user.name.last"
    }
