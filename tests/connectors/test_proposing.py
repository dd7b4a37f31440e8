"""A declaration is proposed from what a database says of itself; a person reads it before it is
added. Databases like those of shops and sites that are public, in their own names."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import CUSTOMER_NUMBER, Identifier, Record
from aboveboard.connectors.sql import proposing
from tests.connectors.contract import email


def proposal(folder: Path, script: str) -> str:
    path = folder / "data.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
    connection.close()
    settings = proposing.settings_of(f"sqlite:///{path}", password=None, schema="", tls="")
    return proposing.propose(settings, key=proposing.key_of(settings))


@pytest.mark.parametrize(
    ("script", "who", "counts", "explained"),
    [
        (
            "music",
            email("LeoneKohler@surfeu.de"),
            {"Customer": 1, "Invoice": 1, "InvoiceLine": 1},
            "Balls to the Wall",
        ),
        (
            "blog",
            email("mary@example.org"),
            {"wp_users": 1, "wp_usermeta": 1, "wp_comments": 1},
            "",
        ),
        (
            "traders",
            Identifier(CUSTOMER_NUMBER, Personal("alfki")),
            {"customers": 1, "orders": 1, "order_details": 1},
            "Chai",
        ),
    ],
    ids=["music", "blog", "traders"],
)
def test_what_is_proposed_finds_a_person_with_all_that_hangs_on_them(
    tmp_path: Path, script: str, who: Identifier, counts: dict[str, int], explained: str
) -> None:
    text = proposal(tmp_path, Path(__file__).with_name(f"{script}.sql").read_text("utf-8"))
    connector = registry.build(registry.read_declaration(text, name="proposed.yaml"))
    assert connector.test().ok, connector.test()
    (match,) = connector.find([who])
    values = [
        str(value.reveal())
        for record in connector.read(match)
        if isinstance(record, Record)
        for value in record.values.values()
    ]
    assert explained in values or not explained
    assert "hash" not in values
    assert "jane@chinookcorp.com" not in values
    assert connector.erase(match, dry_run=True).changed == counts
    assert connector.erase(match).changed == counts
    assert list(connector.find([who])) == []


def test_where_nobody_seems_to_be_held_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        proposal(tmp_path, "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT);")


@pytest.mark.parametrize("url", ["x", "redis://db/1", "postgresql://app:hunter2secret@db/shop"])
def test_an_address_with_a_password_or_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        proposing.settings_of(url, password=None, schema="", tls="")
    assert "hunter2secret" not in str(refused.value)
