"""A shop in each kind of database: two customers, with what hangs on them and what does not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.sql.connector import SqlConnector
from tests.connectors.contract import PAUL, ContractStand

PASSWORD = "wr0ng-horse-battery"

SHOP = sa.MetaData()
ADDRESSES = sa.Table(
    "address",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("street", sa.String(80), nullable=False),
)
CUSTOMERS = sa.Table(
    "customer",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("email", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(80)),
    sa.Column("phone", sa.String(40)),
    sa.Column("number", sa.String(40)),
    sa.Column("address_id", sa.ForeignKey("address.id"), nullable=False),
    sa.Column("friend_id", sa.ForeignKey("customer.id")),
    sa.Column("mailings", sa.Boolean, nullable=False),
)
PRODUCTS = sa.Table(
    "product",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("title", sa.String(80)),
)
# A reserved word, with a key of two columns.
ORDERS = sa.Table(
    "order",
    SHOP,
    sa.Column("shop", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("customer_id", sa.ForeignKey("customer.id"), nullable=False),
)
ORDER_LINES = sa.Table(
    "Order Line",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shop", sa.Integer, nullable=False),
    sa.Column("select", sa.Integer, nullable=False),
    sa.Column("product_id", sa.ForeignKey("product.id")),
    sa.ForeignKeyConstraint(["shop", "select"], ["order.shop", "order.number"]),
)
NOTES = sa.Table(
    "note",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mail", sa.String(80)),
    sa.Column("words", sa.String(200)),
)
ROWS: Mapping[sa.Table, list[tuple[Any, ...]]] = {
    ADDRESSES: [(1, "1 High Street"), (2, "2 Low Street"), (3, "3 Shared House")],
    PRODUCTS: [(1, "A lamp"), (2, "A chair")],
    CUSTOMERS: [
        (2, PAUL, "Paul Jones", "+44 20 7946 0123", "C-2", 2, None, True),
        (1, "mary.SMITH@example.org", "Mary Smith", "020 7946 0958", "C 1", 1, 2, True),
    ],
    ORDERS: [(1, 1, 1), (1, 2, 1), (2, 1, 2)],
    ORDER_LINES: [(1, 1, 1, 1), (2, 1, 1, 2), (3, 1, 2, None), (4, 2, 1, 1)],
    NOTES: [(1, "mary.SMITH@example.org", "rang about her lamp"), (2, PAUL, "rang")],
}

TABLES = """
collections:
  customer:
    about: Your account
    restrict:
      - {column: mailings, value: false, purpose: marketing}
    fields:
      id: {identifier: shop_customer}
      email: {identifier: email, category: user.contact.email}
      name: {category: user.name}
      phone: {identifier: phone, country: GB, category: user.contact.phone_number}
      number: {identifier: customer_number}
  address:
    belongs_to: customer
    fields:
      street: {category: user.contact.address.street}
  order:
    belongs_to: customer
  lines:
    table: Order Line
    belongs_to: order
    refers: {title: product_id.title}
  note:
    belongs_to: customer
    through: {mail: email}
"""
HEAD = """\
system: shop
name: The shop
kind: sql
why: Your orders.
sql:
  password: env:SHOP_DATABASE_PASSWORD
"""


@dataclass
class ShopDatabase:
    """A shop: its engine for the test itself, and how a declaration reaches it."""

    engine: sa.Engine
    reached: str
    down: Callable[[], Any]
    password: str = PASSWORD

    def fill(self) -> None:
        """Make the tables anew, with their rows."""
        SHOP.drop_all(self.engine)
        SHOP.create_all(self.engine)
        with self.engine.begin() as connection:
            for table, values in ROWS.items():
                names = [column.key for column in table.columns]
                connection.execute(
                    table.insert(), [dict(zip(names, row, strict=True)) for row in values]
                )

    def connector(self, tables: str = TABLES) -> SqlConnector:
        """Return a connector by a declaration of these tables."""
        declaration = registry.read_declaration(HEAD + self.reached + tables, name="shop.yaml")
        connector = registry.build(declaration)
        assert isinstance(connector, SqlConnector)
        return connector

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=str)
                for table in SHOP.tables.values()
            }

    def pauls(self) -> list[tuple[Any, ...]]:
        """Return the rows that are Paul's."""
        rows = self.contents()
        return [
            *(row for row in rows["customer"] if row[0] == 2),
            *(row for row in rows["address"] if row[0] == 2),
            *(row for row in rows["order"] if row[2] == 2),
            *(row for row in rows["Order Line"] if row[1] == 2),
            *(row for row in rows["note"] if row[1] == PAUL),
            *rows["product"],
        ]

    def stand(self) -> ContractStand:
        """Return what the contract suite needs."""
        self.fill()
        return ContractStand(
            connector=self.connector(),
            held={"customer": 1, "address": 1, "order": 2, "lines": 3, "note": 1},
            contents=self.contents,
            pauls=self.pauls,
            down=self.down,
            correction={"user.contact.address.street": Personal("9 New Street")},
            secrets=[self.password],
        )


@contextmanager
def moved(path: Path) -> Iterator[None]:
    """Take a file away for a while."""
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


def sqlite_shop(folder: Path) -> ShopDatabase:
    """Return a shop in a file."""
    path = folder / "shop.sqlite3"
    sqlite3.connect(path).close()
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    reached = f"  dialect: sqlite\n  database: {path}\n"
    return ShopDatabase(engine, reached, lambda: moved(path))


def postgres_shop(server: str) -> ShopDatabase:
    """Return a shop on the server of this address, in a database of its own."""
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    root = sa.create_engine(url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    name = f"shop_{os.getpid()}"
    with root.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine = sa.create_engine(url.set(database=name), poolclass=sa.pool.NullPool)
    reached = (
        f"  dialect: postgresql\n  host: {url.host}\n  port: {url.port}\n"
        f"  user: {url.username}\n  database: {name}\n"
    )
    reached += f"addresses:\n  private: ['{url.host}']\n"

    @contextmanager
    def down() -> Iterator[None]:
        with root.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                ),
                {"name": name},
            )
            try:
                yield
            finally:
                connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))

    return ShopDatabase(engine, reached, down, str(url.password))


def mariadb_shop(socket: str) -> ShopDatabase:
    """Return a shop on the server behind a socket."""
    url = sa.URL.create("mariadb+pymysql", username="shop", query={"unix_socket": socket})
    root = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with root.begin() as connection:
        connection.execute(sa.text("CREATE OR REPLACE DATABASE shop CHARACTER SET utf8mb4"))
    engine = sa.create_engine(url.set(database="shop"), poolclass=sa.pool.NullPool)
    reached = f"  dialect: mariadb\n  host: {socket}\n  user: shop\n  database: shop\n"

    @contextmanager
    def down() -> Iterator[None]:
        with root.connect() as connection, moved(Path(socket)):
            own = connection.execute(sa.text("SELECT connection_id()")).scalar_one()
            for (other,) in connection.execute(
                sa.text("SELECT id FROM information_schema.processlist WHERE db = 'shop'")
            ).all():
                if other != own:
                    connection.execute(sa.text(f"KILL {int(other)}"))
            yield

    return ShopDatabase(engine, reached, down)
