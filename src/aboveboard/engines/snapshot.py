"""A snapshot: the facets and blind indexes of everyone, streamed out of the database into Parquet.

PostgreSQL streams through COPY, SQLite through a cursor; neither holds everyone in memory.
"""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from aboveboard.engines import limits
from aboveboard.engines.duck import engine, whole
from aboveboard.vault.models import BlindIndex, Person

PEOPLE = {"person_id": "BIGINT", "jurisdiction": "VARCHAR", "language": "VARCHAR"}
INDEX = {"kind": "SMALLINT", "hi": "BIGINT", "lo": "BIGINT", "person_id": "BIGINT"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where the two Parquet files of one snapshot are (``FORMAT.md``)."""

    people: Path
    index: Path


def halves(digest: bytes) -> tuple[int, int]:
    """Return bytes 0-7 and 8-15 of a digest as signed 64-bit integers."""
    hi, lo = struct.unpack(">qq", digest[:16])
    return hi, lo


def take(folder: Path) -> Snapshot:
    """Write ``people.parquet`` and ``index.parquet`` into ``folder``, both as of one moment."""
    made = Snapshot(folder / "people.parquet", folder / "index.parquet")
    people, index = Person._meta.db_table, BlindIndex._meta.db_table
    with _one_moment():
        # Table names are ours.
        _copy(f"SELECT id, jurisdiction, language FROM {people}", made.people, PEOPLE)  # noqa: S608
        if connection.vendor == "postgresql":
            half = "('x' || encode(substring(digest from {start} for 8), 'hex'))::bit(64)::bigint"
            columns = f"kind, {half.format(start=1)}, {half.format(start=9)}, person_id"
            # Table names are ours.
            _copy(f"SELECT {columns} FROM {index}", made.index, INDEX)  # noqa: S608
        else:
            # Table names are ours.
            _copy(f"SELECT kind, digest, person_id FROM {index}", made.index, INDEX, _split)  # noqa: S608
    return made


@contextmanager
def _one_moment() -> Iterator[None]:
    """Both files see the same moment, and nobody's writing waits for it.

    Inside a caller's transaction that transaction's own view is taken as it is.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
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


def _split(row: tuple[Any, ...]) -> tuple[int, int, int, int]:
    kind, digest, person_id = row
    hi, lo = struct.unpack(">qq", bytes(digest)[:16])
    return kind, hi, lo, person_id


def _copy(
    query: str,
    path: Path,
    columns: Mapping[str, str],
    shape: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None,
) -> None:
    with _scratch(path) as text:
        if connection.vendor == "postgresql":
            with (
                text.open("wb") as file,
                connection.cursor() as cursor,
                connection.wrap_database_errors,
                cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy,
            ):
                for block in copy:
                    file.write(block)
        else:
            with (
                text.open("w", encoding="utf-8", newline="") as file,
                connection.cursor() as cursor,
            ):
                writer = csv.writer(file)
                cursor.execute(query)
                while rows := cursor.fetchmany(limits.ENGINE_BATCH):
                    writer.writerows(map(shape, rows) if shape else rows)
        to_parquet(text, path, columns)


def write_rows(rows: Iterable[tuple[int, ...]], path: Path, columns: Mapping[str, str]) -> None:
    """Write rows from memory or a generator as Parquet, whole or not at all."""
    with _scratch(path) as text:
        with text.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        to_parquet(text, path, columns)


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.with_name(path.name + ".csv")
    try:
        yield text
    finally:
        text.unlink(missing_ok=True)


def to_parquet(text: Path, path: Path, columns: Mapping[str, str]) -> None:
    """Turn a headless CSV file of known columns into Parquet, whole or not at all."""
    with engine() as duck, whole(path) as part:
        source = duck.read_csv(
            str(text),
            header=False,
            columns=dict(columns),
            auto_detect=False,
            delimiter=",",
            quotechar='"',
            escapechar='"',
        )
        source.write_parquet(str(part))
