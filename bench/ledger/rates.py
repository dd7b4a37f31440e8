"""The ledger: entries appended durably in batches, and put into the tree, beside bare
SQL and bare hashing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from bench.instance import instance, python
from bench.row import Row

ENTRIES = 50_000
BATCH = 500
BODY = b"x" * 320
"""As long as the entry of a use."""


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
    from aboveboard.keys.log_signing import sequence_now

    sequence_now()
    return {
        "append_floor": _rate(_insert_bare()),
        "append": _rate(_append()),
        "root_floor": _rate(_hash_bare()),
        "sequence": _rate(sequence_now),
    }


def _rate(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return ENTRIES / (time.perf_counter() - start)


def _append() -> Callable[[], None]:
    from django.db import transaction

    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.ledger.actions import NewEntry, append_many

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

    def work() -> None:
        for first in range(0, ENTRIES, BATCH):
            with transaction.atomic():
                append_many(entries[first : first + BATCH])

    return work


def _insert_bare() -> Callable[[], None]:
    from django.db import connection, transaction

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE floor (id bigint, body bytea)"
                if connection.vendor == "postgresql"
                else "CREATE TABLE floor (id, body)"
            )
        for first in range(0, ENTRIES, BATCH):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO floor VALUES (%s, %s)", [(first + n, BODY) for n in range(BATCH)]
                )

    return work


def _hash_bare() -> Callable[[], None]:
    from aboveboard.ledger.format.tree import CompactRange, leaf_hash

    def work() -> None:
        tree = CompactRange()
        for _ in range(ENTRIES):
            tree.append(leaf_hash(BODY))
            tree.root()

    return work


if __name__ == "__main__" and sys.argv[1:] == ["inner"]:
    print(json.dumps(inner()))
