"""The Sakila database, which nobody here designed: a customer is found, read and erased in it, and
nothing of anybody else's is touched (PostgreSQL)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Connector, Record
from aboveboard.connectors.secrets import SecretReference
from aboveboard.connectors.sql import proposing
from tests.connectors.contract import email

pytestmark = pytest.mark.shared
DECLARATION = Path(__file__).with_name("sakila.yaml")
MARY = "mary.smith@sakilacustomer.org"


def connector(url: sa.URL, text: str) -> Connector:
    reached = (
        text.replace("port: 5432", f"port: {url.port}")
        .replace("user: aboveboard", f"user: {url.username}")
        .replace("database: sakila", f"database: {url.database}")
    )
    return registry.build(registry.read_declaration(reached, name="sakila.yaml"))


def rows_of_others(engine: sa.Engine) -> dict[str, object]:
    """Return a digest of all rows that are not Mary's (customer 1, address 5)."""
    conditions = {
        "customer": "customer_id <> 1",
        "address": "address_id <> 5",
        "rental": "customer_id <> 1",
        "payment": "customer_id <> 1",
        "staff": "true",
        "store": "true",
        "film": "true",
        "inventory": "true",
    }
    with engine.connect() as connection:
        return {
            table: connection.execute(
                sa.text(
                    f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) "  # noqa: S608
                    f"FROM {table} t WHERE {condition}"
                )
            ).one()
            for table, condition in conditions.items()
        }


def test_a_customer_is_found_read_and_erased_and_nobody_else_touched(
    database: sa.Engine, sakila_url: sa.URL
) -> None:
    rentals = connector(sakila_url, DECLARATION.read_text("utf-8"))
    assert rentals.test().ok
    (match,) = rentals.find([email("Mary.SMITH@SakilaCustomer.org")])
    learned = {each.kind: each.value.reveal() for each in match.learned}
    assert learned == {"customer_number": "1", "email": MARY}
    records = [record for record in rentals.read(match) if isinstance(record, Record)]
    counts = Counter(record.collection for record in records)
    assert counts == {"customer": 1, "address": 1, "rental": 32, "payment": 32}
    (address,) = (record.values for record in records if record.collection == "address")
    assert address["address"] == Personal("1913 Hanoi Way")
    assert address["country"] == Personal("Japan")
    films = [r.values["film"].reveal() for r in records if r.collection == "rental"]
    assert "PATIENT SISTER" in films
    paid = sum(float(str(r.values["amount"].reveal())) for r in records if "amount" in r.values)
    assert round(paid, 2) == 118.68

    with database.connect() as connection:  # other tests may have erased others before
        held = connection.execute(sa.text("SELECT count(*) FROM customer")).scalar_one()
    before = rows_of_others(database)
    counted = rentals.erase(match, dry_run=True)
    assert counted.changed == dict(counts)
    assert rows_of_others(database) == before
    assert rentals.erase(match) == counted
    assert counted.done
    assert not counted.messages
    assert rows_of_others(database) == before
    assert list(rentals.find([email(MARY)])) == []
    with database.connect() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM customer")).scalar_one()
        assert left == held - 1


def test_a_declaration_is_proposed_that_finds_and_counts_the_same(
    database: sa.Engine, sakila_url: sa.URL
) -> None:
    settings = proposing.settings_of(
        sakila_url._replace(password=None).render_as_string(),
        password=SecretReference("env:SAKILA_PASSWORD"),
        schema="",
        tls="",
    )
    proposed = registry.build(
        registry.read_declaration(proposing.propose(settings, key="rentals"), name="proposed.yaml")
    )
    own = connector(sakila_url, DECLARATION.read_text("utf-8"))
    who = email("patricia.johnson@sakilacustomer.org")
    (match,), (same,) = proposed.find([who]), own.find([who])
    assert proposed.test().ok
    assert proposed.erase(match, dry_run=True).changed == own.erase(same, dry_run=True).changed
    rental = next(r for r in proposed.read(match) if r.collection == "rental")
    assert isinstance(rental, Record)
    assert rental.values["film_title"].reveal()
