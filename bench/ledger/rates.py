"""The ledger: entries appended durably in batches, and put into the tree, beside bare
SQL and bare hashing."""

from __future__ import annotations

import json
import sys
import time

from bench.instance import instance, python
from bench.row import Row

ENTRIES = 50_000
BATCH = 500


def run() -> list[Row]:
    """Measure append and sequencing on both databases, each in a process of its own."""
    rows = []
    for database in ("sqlite", "postgres"):
        with instance(database) as environment:
            figures = json.loads(python(environment, "bench.ledger.rates", "inner"))
        note = f"{database}, {ENTRIES:,} entries, {BATCH} a transaction"
        rows.append(
            Row("ledger append", figures["append"], "entries/s", figures["append_floor"], note)
        )
        note = f"{database}; floor hashes in memory, a root for each"
        rows.append(
            Row("ledger sequence", figures["sequence"], "entries/s", figures["root_floor"], note)
        )
    return rows


def inner() -> dict[str, float]:
    """Run inside the instance: append, then sequence; and the same rows by bare
    SQL and bare hashing."""
    import django

    django.setup()
    from django.db import connection, transaction

    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.ledger.actions import NewEntry, append_many
    from aboveboard.ledger.format.tree import CompactRange, leaf_hash

    facts = {
        "purpose": "answer-contact",
        "fields": ["email", "first_name"],
        "channel": "phone",
        "promise": 1,
    }
    entries = [
        NewEntry("use.granted", SYSTEM, clock.now(), f"{number:032x}", facts)
        for number in range(ENTRIES)
    ]
    sequence_now()

    def appended() -> None:
        for first in range(0, ENTRIES, BATCH):
            with transaction.atomic():
                append_many(entries[first : first + BATCH])

    body = b"x" * 320

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE floor (id bigint, body bytea)"
                if connection.vendor == "postgresql"
                else "CREATE TABLE floor (id, body)"
            )
        for first in range(0, ENTRIES, BATCH):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO floor VALUES (%s, %s)", [(first + n, body) for n in range(BATCH)]
                )

    def hashed() -> None:
        tree = CompactRange()
        for _ in range(ENTRIES):
            tree.append(leaf_hash(body))
            tree.root()

    speed = {}
    for name, work in (
        ("append_floor", bare),
        ("append", appended),
        ("root_floor", hashed),
        ("sequence", sequence_now),
    ):
        start = time.perf_counter()
        work()
        speed[name] = ENTRIES / (time.perf_counter() - start)
    return speed


if __name__ == "__main__" and sys.argv[1:] == ["inner"]:
    print(json.dumps(inner()))
