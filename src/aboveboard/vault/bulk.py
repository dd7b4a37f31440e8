"""Storing many people at once: COPY on PostgreSQL, one prepared statement on SQLite; and asking who
is held already. For imports; the rows come sealed, in the form that the database takes fastest.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from django.db import OperationalError, connection, transaction

from aboveboard.keys.queries import PERSON_KEY_TABLE
from aboveboard.vault.limits import SETTLED_ROWS
from aboveboard.vault.models import BlindIndex, Person, SealedRecord

Rows = Sequence[Any]

_LOCK: Final = zlib.crc32(b"aboveboard.vault.import")
"""PostgreSQL advisory locks are named by numbers; this is ours."""

_INDEX: Final = BlindIndex._meta.db_table

TABLES: Final = (
    (Person._meta.db_table, ("id", "jurisdiction", "language", "collected_at", "last_active_at")),
    (PERSON_KEY_TABLE, ("person_id", "wrapped")),
    (SealedRecord._meta.db_table, ("person_id", "boxes")),
    (_INDEX, ("kind", "generation", "digest", "person_id")),
)
"""The tables of people, keys, records and look-ups, and the columns of a row of each."""

# What stands before and after the rows of PostgreSQL's binary COPY (its manual, COPY, "Binary
# Format").
_START: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"


def takes_copy() -> bool:
    """Return whether the database takes PostgreSQL's binary COPY."""
    return bool(connection.vendor == "postgresql")


def lock() -> None:
    """Let one import at a time store a batch: two that load the same person
    would not see each other.

    SQLite needs no lock of its own: its transactions begin IMMEDIATE, and one writes at a time.
    """
    if takes_copy():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def find_held(kind: int, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Return which of the digests are held, and by whom: the one who came first."""
    if not digests:
        return {}
    with connection.cursor() as cursor:
        if takes_copy():
            cursor.execute(
                _HELD.format(table=_INDEX, these="= ANY(%s)"),
                [kind, list(digests)],
            )
        else:
            marks = ", ".join(["%s"] * len(digests))
            cursor.execute(
                _HELD.format(table=_INDEX, these=f"IN ({marks})"),
                [kind, *digests],
            )
        # One row for each digest, although several people may share one.
        return {bytes(digest): person_id for digest, person_id in cursor.fetchall()}


def find_sharing(look_ups: Collection[tuple[int, bytes]]) -> dict[tuple[int, bytes], list[int]]:
    """Return everybody who is held under each of these look-ups: kind number and digest."""
    people: dict[tuple[int, bytes], list[int]] = {}
    by_kind: dict[int, list[bytes]] = {}
    for kind, wanted in look_ups:
        by_kind.setdefault(kind, []).append(wanted)
    for kind, digests in by_kind.items():
        rows = BlindIndex.objects.filter(kind=kind, digest__in=digests)
        for digest, person_id in rows.order_by("person_id").values_list("digest", "person_id"):
            people.setdefault((kind, bytes(digest)), []).append(person_id)
    return people


_HELD: Final = (
    "SELECT digest, min(person_id) FROM {table} WHERE kind = %s AND digest {these} GROUP BY digest"
)


def insert(people: Rows, keys: Rows, records: Rows, look_ups: Rows) -> None:
    """Store people inside the caller's transaction: rows of each of :data:`TABLES`, one item for
    each person; of look-ups, all rows of one person together.

    Where :func:`takes_copy`, an item is the bytes of rows in PostgreSQL's binary COPY; else it is
    a tuple, or for look-ups a list of tuples.
    """
    for (table, columns), given in zip(TABLES, (people, keys, records, look_ups), strict=True):
        # Items begin with the person's number, which is drawn at random, or with a keyed digest. In
        # the order of the file a table would say who stood on which line, whatever is sealed.
        rows = sorted(given)
        flat: Iterable[Any] = (
            rows if table != _INDEX or takes_copy() else (row for person in rows for row in person)
        )
        _insert(table, columns, flat)


def cluster_tables() -> None:
    """Write the tables of a small database anew, in the order of their random numbers.

    A database keeps rows where they were put, batch behind batch, and says where that is (``ctid``,
    ``rowid``): who stood in which batch of the file. Nobody can write meanwhile, and on PostgreSQL
    nobody can read, so larger tables are left to a quiet hour
    (``docs/how-to/import-your-customers.md``), and one that somebody is reading to the next import.
    """
    postgres = takes_copy()
    if postgres and connection.in_atomic_block:
        return  # PostgreSQL rewrites no table that the transaction has changed
    quoted = connection.ops.quote_name
    for table, columns in TABLES:
        number = columns[0]
        if table == _INDEX and not postgres:
            continue  # it has no rowid: its rows lie in the order of the digests
        # Passed over where somebody reads: an import must not fail, or hold anybody up, for the
        # order of rows.
        with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM (SELECT 1 FROM {quoted(table)} LIMIT %s) AS few",  # noqa: S608
                [SETTLED_ROWS + 1],
            )
            if cursor.fetchone()[0] > SETTLED_ROWS:
                continue
            if postgres:
                # For this transaction alone: `CLUSTER` waits for every reader, and everybody after
                # it waits for it.
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute(_PRIMARY_KEY, [table])
                (index,) = cursor.fetchone()
                cursor.execute(f"CLUSTER {quoted(table)} USING {quoted(index)}")
            else:
                rewrite = f"UPDATE {quoted(table)} SET rowid = {number} WHERE rowid <> {number}"  # noqa: S608
                cursor.execute(rewrite)


_PRIMARY_KEY: Final = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %s::regclass AND indisprimary
"""


def _insert(table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if takes_copy():
            with (
                connection.wrap_database_errors,
                cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.write(_START + b"".join(rows) + _END)
        else:
            marks = ", ".join(["%s"] * len(columns))
            # Table and columns are the constants above.
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
