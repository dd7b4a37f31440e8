"""The made-up organisation's other systems: the database of its web shop, where something waits for
somebody to decide, and a filing cabinet."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from aboveboard.basics.actor import SYSTEM
from aboveboard.connectors import actions, registry
from aboveboard.discovery import scans
from aboveboard.discovery.survey import scan_system

SHOP: Final = "web-shop"
_TABLES: Final = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, customer_number TEXT, email TEXT, first_name TEXT, last_name TEXT,
    phone TEXT, birth_date TEXT, religion TEXT, theme TEXT
);
CREATE TABLE purchase (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), ordered_on TEXT,
    total TEXT, note TEXT
);
"""
_DECLARATION: Final = """\
# The database behind the web shop. What was looked at and is not personal is listed too.
system: web-shop
name: The web shop
kind: sql
why: Takes your orders, so that we can deliver them.
source: You typed it when you ordered.
owner: Online team
data_uses: [essential.service]
data_subjects: [customer]
sql: {{dialect: sqlite, database: "{database}"}}
collections:
  customer:
    about: Your account in the web shop
    fields:
      customer_number: {{identifier: customer_number, category: user.unique_id}}
      email: {{identifier: email, category: user.contact.email}}
      first_name: {{category: user.name.first}}
      last_name: {{category: user.name.last}}
  purchase:
    about: What you ordered
    belongs_to: customer
    fields:
      # The card is with the payment service; only the sum is here.
      total: {{category: user.financial}}
"""
_CABINET: Final = """\
system: contracts
name: Signed contracts
kind: by_hand
why: Contracts that were signed on paper.
source: You signed them.
owner: Archive
by_hand:
  find: Look under the customer number, on the second shelf.
  read: Scan what is in the folder.
  erase: Shred the folder, and say here what was kept.
collections:
  folders:
    about: Your signed contracts
    fields:
      signature: {category: user.name, about: How you sign}
"""


def connect(folder: Path, rows: Sequence[Mapping[str, str]], *, at: datetime) -> None:
    """Make the database below ``folder``, connect both systems, and look at the database once."""
    database = folder / "web-shop.sqlite3"
    with closing(sqlite3.connect(database)) as shop, shop:
        shop.executescript(_TABLES)
        for number, row in enumerate(rows[::3], 1):
            shop.execute(
                "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 'dark')",
                (
                    number,
                    row["customer_id"],
                    row["email"],
                    row["first_name"],
                    row["last_name"],
                    row["phone"],
                    row.get("birth_date", ""),
                ),
            )
            shop.execute(
                "INSERT INTO purchase (customer_id, ordered_on, total) VALUES (?, ?, '19.90')",
                (number, f"2026-10-{number % 28 + 1:02d}"),
            )
    declaration = _DECLARATION.format(database=database)
    for source in (declaration, _CABINET):
        record = actions.declare(source, name="demo.yaml", by=SYSTEM, at=at)
        actions.test(record.key, at=at)
    scans.keep(scan_system(registry.connector(SHOP)), at=at)
