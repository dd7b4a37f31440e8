"""Everyone's facets and blind indexes, streamed as CSV for a set computation.

PostgreSQL writes the CSV itself (COPY), SQLite's rows come from a cursor; neither holds everyone in
memory. The columns are those of ``engines.snapshot.PEOPLE`` and ``INDEX``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from django.db import connection, transaction

from aboveboard.engines.limits import ENGINE_BATCH
from aboveboard.engines.snapshot import split_digest
from aboveboard.vault.models import BlindIndex, Person


@contextmanager
def consistent_snapshot() -> Iterator[None]:
    """Let everything that is streamed in the block be as of one moment; nobody who writes waits.

    Inside a caller's transaction that transaction's own view is taken as it is.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # The first statement, as PostgreSQL asks: the moment is that of the first reading after
            # it.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            # Not atomic(): that begins IMMEDIATE and would hold the one writer's lock meanwhile.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def write_people(file: BinaryIO) -> None:
    """Write a row for each person: their number, jurisdiction and language."""
    # The table's name is ours.
    _write(f"SELECT id, jurisdiction, language FROM {Person._meta.db_table}", file)  # noqa: S608


def write_held(file: BinaryIO, at: datetime) -> None:
    """Write the number of each person who is held and was held at a moment."""
    table = Person._meta.db_table
    moment = str(connection.ops.adapt_datetimefield_value(at))
    # The table's name is ours.
    _write(f"SELECT id FROM {table} WHERE collected_at <= %s", file, bound=(moment,))  # noqa: S608


def write_index(file: BinaryIO) -> None:
    """Write a row for each digest by which a person is found: its kind, its two halves, the person.

    PostgreSQL cuts the digests itself, so that no row passes through Python.
    """
    table = BlindIndex._meta.db_table
    if connection.vendor == "postgresql":
        half = "('x' || encode(substring(digest from {start} for 8), 'hex'))::bit(64)::bigint"
        columns = f"kind, {half.format(start=1)}, {half.format(start=9)}, person_id"
        _write(f"SELECT {columns} FROM {table}", file)  # noqa: S608 - the table's name is ours
    else:
        _write(f"SELECT kind, digest, person_id FROM {table}", file, _split)  # noqa: S608 - ours


def _split(row: tuple[Any, ...]) -> tuple[int, int, int, int]:
    kind, digest, person_id = row
    return kind, *split_digest(bytes(digest)), person_id


def _write(
    query: str,
    file: BinaryIO,
    shape: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None,
    bound: Sequence[str] = (),
) -> None:
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", bound or None) as copy,
        ):
            for block in copy:
                file.write(block)
        return
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        writer = csv.writer(text)
        with connection.cursor() as cursor:
            cursor.execute(query, bound or None)
            while rows := cursor.fetchmany(ENGINE_BATCH):
                writer.writerows(map(shape, rows) if shape else rows)
    finally:
        text.detach()  # flushes, and leaves the file to whoever opened it
