"""An SQL database is held to the contract, on each kind of server; and what the contract does not
say of databases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Identifier, Record, SystemRefused
from aboveboard.connectors.declaration import DeclarationRefused
from tests.connectors.contract import MARY, ConnectorContract, ContractStand, email
from tests.connectors.databases import (
    CUSTOMERS,
    HEAD,
    NOTES,
    TABLES,
    ShopDatabase,
    sqlite_shop,
)


class TestSqlite(ConnectorContract):
    @pytest.fixture
    def stand(self, tmp_path: Path) -> ContractStand:
        return sqlite_shop(tmp_path).stand()


class TestPostgres(ConnectorContract):
    @pytest.fixture
    def stand(
        self, shop_on_postgres: ShopDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> ContractStand:
        monkeypatch.setenv("SHOP_DATABASE_PASSWORD", shop_on_postgres.password)
        return shop_on_postgres.stand()


class TestMariadb(ConnectorContract):
    @pytest.fixture
    def stand(self, shop_on_mariadb: ShopDatabase) -> ContractStand:
        return shop_on_mariadb.stand()


@pytest.fixture
def shop(tmp_path: Path) -> ShopDatabase:
    database = sqlite_shop(tmp_path)
    database.fill()
    return database


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("phone", "+442079460958", 1),
        ("phone", "00 44 20 7946 0958", 1),
        ("phone", "946 0958", 0),
        ("customer_number", "c1", 1),
        ("customer_number", "C-1-", 1),
        ("shop_customer", "1", 1),
        ("shop_customer", "1.0", 0),
        ("shop_customer", "9" * 30, 0),
        ("email", " MARY.smith@EXAMPLE.org", 1),
    ],
)
def test_each_kind_of_identifier_is_compared_by_its_rules(
    shop: ShopDatabase, kind: str, value: str, found: int
) -> None:
    matches = list(shop.connector().find([Identifier(kind, Personal(value))]))
    assert len(matches) == found
    for match in matches:
        learned = {each.kind: each.value.reveal() for each in match.learned}
        assert learned["shop_customer"] == "1"
        assert learned["email"] == "mary.smith@example.org"


def test_what_a_row_refers_to_explains_it_and_is_not_the_persons(shop: ShopDatabase) -> None:
    connector = shop.connector()
    (match,) = connector.find([email(MARY)])
    titles = [
        record.values["title"].reveal()
        for record in connector.read(match)
        if isinstance(record, Record) and record.collection == "lines"
    ]
    assert titles == ["A lamp", "A chair", None]


def test_an_address_of_two_people_is_said_and_neither_is_read(shop: ShopDatabase) -> None:
    with shop.engine.begin() as connection:
        connection.execute(CUSTOMERS.update().values(phone="020 7946 0958"))
    connector = shop.connector()
    matches = list(connector.find([Identifier("phone", Personal("+44 20 7946 0958"))]))
    assert [match.several for match in matches] == [True, True]
    with pytest.raises(SystemRefused):
        list(connector.read(matches[0]))


def test_what_others_use_too_is_left_alone(shop: ShopDatabase) -> None:
    with shop.engine.begin() as connection:
        connection.execute(CUSTOMERS.update().values(address_id=3))
    connector = shop.connector()
    (match,) = connector.find([email(MARY)])
    change = connector.erase(match, dry_run=True)
    assert "address" not in change.changed
    assert connector.erase(match) == change
    (kept,) = change.retained
    assert (kept.collection, kept.records) == ("address", 1)
    assert "3 Shared House" in str(shop.contents()["address"])
    corrected = connector.correct(match, {"user.contact.address.street": Personal("x")})
    assert not corrected.changed


def test_a_row_that_undeclared_rows_refer_to_is_emptied_and_said(shop: ShopDatabase) -> None:
    with shop.engine.begin() as connection:
        connection.execute(CUSTOMERS.update().where(CUSTOMERS.c.id == 2).values(friend_id=1))
    connector = shop.connector()
    (match,) = connector.find([email(MARY)])
    change = connector.erase(match, dry_run=True)
    assert not change.done
    assert "customer: 1 row stays without personal data" in change.messages[0]
    assert connector.erase(match) == change
    rows = shop.contents()["customer"]
    (mary,) = [row for row in rows if row[0] == 1]
    assert mary[1].startswith("erased-")
    assert mary[1].endswith("@erased.invalid")
    assert mary[2:5] == (None, None, None)
    assert list(connector.find([email(MARY)])) == []
    assert not connector.erase(match).changed


def test_what_the_law_keeps_stays_with_ground_and_day(shop: ShopDatabase) -> None:
    kept = TABLES.replace(
        "  order:\n    belongs_to: customer\n",
        "  order:\n    belongs_to: customer\n    retain:\n"
        "      ground: Tax law makes us keep invoices.\n      until: 2999-12-31\n",
    ).replace(
        "    belongs_to: order\n",
        "    belongs_to: order\n    retain: {ground: They are part of the invoice.}\n",
    )
    connector = shop.connector(kept)
    (match,) = connector.find([email(MARY)])
    change = connector.erase(match, dry_run=True)
    assert connector.erase(match) == change
    assert change.done
    assert {(each.collection, each.records, str(each.until)) for each in change.retained} == {
        ("order", 2, "2999-12-31"),
        ("lines", 3, "None"),
    }
    assert change.changed == {"customer": 1, "address": 1, "note": 1}
    contents = shop.contents()
    assert len(contents["order"]) == 3
    assert "Mary" not in str(contents)
    assert "1 High Street" not in str(contents)


def test_a_restriction_sets_what_is_declared_for_the_purpose(shop: ShopDatabase) -> None:
    connector = shop.connector()
    (match,) = connector.find([email(MARY)])
    assert not connector.restrict(match, "delivery").done
    assert connector.restrict(match, "marketing").changed == {"customer": 1}
    assert connector.restrict(match, None).changed == {}
    assert [row[7] for row in shop.contents()["customer"]] == [False, True]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    table: Order Line", "    table: Order Lines"),
        ("product_id.title", "product_id.name"),
        ("through: {mail: email}", "through: {mail: address}"),
        ("    through: {mail: email}\n", ""),
        ("      name: {", "      surname: {"),
    ],
)
def test_a_declaration_that_does_not_fit_the_database_is_named(
    shop: ShopDatabase, right: str, wrong: str
) -> None:
    health = shop.connector(TABLES.replace(right, wrong)).test()
    assert not health.ok
    assert "collections." in health.sentence


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    belongs_to: order", "    belongs_to: nothing"),
        ("    belongs_to: order", "    belongs_to: lines"),
        ("    belongs_to: order", "    belongs_to: order\n    erase: keep"),
        ("  password: env:", "  password: "),
        ("  dialect: ", "  dialect: my"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    shop: ShopDatabase, right: str, wrong: str
) -> None:
    text = (HEAD + shop.reached + TABLES).replace(right, wrong)
    with pytest.raises(DeclarationRefused) as refused:
        registry.read_declaration(text, name="shop.yaml")
    assert all(problem.line > 1 for problem in refused.value.problems)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, shop: ShopDatabase) -> None:
    gone = tmp_path / "gone.sqlite3"
    shop.reached = f"  dialect: sqlite\n  database: {gone}\n"
    assert not shop.connector().test().ok
    assert not gone.exists()


def test_a_missing_driver_is_named(shop: ShopDatabase) -> None:
    shop.reached = "  dialect: oracle\n  host: db\n  database: x\n"
    health = shop.connector().test()
    assert not health.ok
    assert "oracledb" in health.sentence


_MEASURE = """
import resource, sys
from pathlib import Path
import django; django.setup()
from tests.connectors.databases import sqlite_shop
from tests.connectors.contract import MARY, email
connector = sqlite_shop(Path(sys.argv[1])).connector()
(match,) = connector.find([email(MARY)])
list(connector.find([email(MARY)]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in connector.read(match))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(count, grown)
"""


def test_a_person_with_many_rows_takes_no_more_memory(shop: ShopDatabase, tmp_path: Path) -> None:
    with shop.engine.begin() as connection:
        connection.execute(
            sa.text(
                "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
                " INSERT INTO note SELECT i, 'mary.SMITH@example.org', hex(zeroblob(50)) FROM n"
            )
        )
    assert NOTES.name == "note"
    output = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)],
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings"},
        capture_output=True,
        text=True,
    ).stdout.split()
    assert int(output[0]) > 99_000
    # The rows themselves take 10 MB as text, and several times as much as objects.
    assert int(output[1]) < 8 * 1024
