"""The SQL behind the actions: numbering and inserting entries, and giving them
their places in the tree.

Written by hand because each is one statement where the ORM would need one per row. Every statement
runs unchanged on SQLite (3.35+) and PostgreSQL, except where a vendor is named.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connection, connections

from aboveboard.basics import statements
from aboveboard.ledger.models import Entry

_LOCK: Final = zlib.crc32(b"aboveboard.ledger.sequence")
"""PostgreSQL advisory locks are named by numbers; this is ours."""

_INSERT = (
    "INSERT INTO ledger_entry (id, at, kind, handle, body, leaf_hash) VALUES (%s, %s, %s, %s, %s, "
    "%s)"
)
# The same text for any number of rows: PostgreSQL plans it once.
_INSERT_ARRAYS = (
    "INSERT INTO ledger_entry (id, at, kind, handle, body, leaf_hash) SELECT * FROM unnest("
    "%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])"
)

NEXT_ID: Final = "nextval(pg_get_serial_sequence('ledger_entry', 'id'))"
"""On PostgreSQL, an entry id that nobody else gets: for statements that take more than the id."""
_RESERVE = f"SELECT {NEXT_ID} FROM generate_series(1, %s)"  # noqa: S608 - a text of ours
_LAST = "SELECT seq FROM sqlite_sequence WHERE name = 'ledger_entry'"

_COPY = "COPY ledger_entry (id, at, kind, handle, body, leaf_hash) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES: Final = ("int8", "timestamptz", "varchar", "varchar", "bytea", "bytea")
_FEW: Final = 8
"""Up to so many entries, INSERT is faster than COPY."""

_PLACE = """
UPDATE ledger_entry SET leaf_index = waiting.place
FROM (
    SELECT id AS waiting_id, CAST(%s AS bigint) - 1 + row_number() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM ledger_entry WHERE leaf_index IS NULL ORDER BY id LIMIT %s) AS next
) AS waiting
WHERE ledger_entry.id = waiting.waiting_id
RETURNING leaf_index, ledger_entry.id, body, leaf_hash
"""

Row = tuple[int, datetime, str, str | None, bytes, bytes]


def reserve_ids(count: int) -> list[int]:
    """Return ``count`` entry ids that nobody else gets, in ascending order. Called inside a
    transaction.

    An id is part of the entry's bytes, so it must be known before the row is written.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "postgresql":
        # From the sequence, which gives back nothing: a transaction that is undone leaves a gap in
        # the ids, and none in the places.
        return sorted(number for (number,) in statements.execute(database, _RESERVE, [count]))
    # SQLite: the transaction began IMMEDIATE, so nobody else can be between this read and our
    # insert.
    last = statements.execute(database, _LAST)
    first = (last[0][0] if last else 0) + 1
    return list(range(first, first + count))


def insert(rows: Sequence[Row]) -> None:
    """Insert entries: (id, at, kind, handle, body, leaf_hash).

    PostgreSQL takes many by binary COPY, at a fifth of the time that INSERT takes for
    each (bench/notices.py).
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        # Entries that are written together are mostly of one moment.
        adapted = {
            moment: database.ops.adapt_datetimefield_value(moment)
            for moment in {row[1] for row in rows}
        }
        statements.execute_many(
            database, _INSERT, [(row[0], adapted[row[1]], *row[2:]) for row in rows]
        )
    elif len(rows) > _FEW:
        with (
            database.cursor() as cursor,
            database.wrap_database_errors,
            cursor.cursor.copy(_COPY) as copy,
        ):
            copy.set_types(_COPY_TYPES)
            for row in rows:
                copy.write_row(row)
    else:
        ids, moments, kinds, handles, bodies, hashes = zip(*rows, strict=True)
        columns = [ids, [str(moment) for moment in moments], kinds, handles, bodies, hashes]
        statements.execute(
            database, _INSERT_ARRAYS, [statements.array_literal(each) for each in columns]
        )


def lock_tree() -> None:
    """Let one transaction at a time give places in the tree.

    SQLite needs no lock of its own: its transactions begin IMMEDIATE, and one writes at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def place_next(first_index: int, limit: int) -> list[tuple[int, bytes, bytes]]:
    """Give the next ``limit`` waiting entries, in order of id, the places from ``first_index`` on.

    One statement reads and writes, so that no entry committed meanwhile can slip in between.

    Returns:
        (entry id, body, stored leaf hash) of each, in the order of their places.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [first_index, limit])
        placed = sorted(cursor.fetchall(), key=lambda row: row[0])
    return [(entry_id, bytes(body), bytes(leaf)) for _, entry_id, body, leaf in placed]


def bodies(first_index: int, limit: int) -> list[bytes]:
    """Return the bodies of up to ``limit`` entries in the tree, from
    ``first_index`` on, without gaps.

    Stops before a place that no row holds, so a gap shows as a short answer.
    """
    rows = Entry.objects.filter(
        leaf_index__gte=first_index, leaf_index__lt=first_index + limit
    ).order_by("leaf_index")
    result: list[bytes] = []
    for index, body in rows.values_list("leaf_index", "body").iterator(chunk_size=2_000):
        if index != first_index + len(result):
            break
        result.append(bytes(body))
    return result
