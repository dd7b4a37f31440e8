"""Storing many people at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from django.db import connection, models

from aboveboard.keys.actions import hold
from aboveboard.keys.models import PersonKey
from aboveboard.vault.models import BlindIndex, Person, SealedRecord

Value: TypeAlias = "int | str | bytes | datetime"

_COLUMNS: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Person, ("id", "jurisdiction", "language", "collected_at", "last_active_at")),
    (PersonKey, ("person_id", "wrapped")),
    (SealedRecord, ("person_id", "boxes")),
    (BlindIndex, ("kind", "digest", "person_id")),
)


@dataclass(slots=True)
class Rows:
    """The rows of one batch, by table, in the order they must be stored."""

    people: list[tuple[int, str, str, datetime, datetime]] = field(default_factory=list)
    keys: list[tuple[int, bytes]] = field(default_factory=list)
    records: list[tuple[int, bytes]] = field(default_factory=list)
    indexes: list[tuple[int, bytes, int]] = field(default_factory=list)


def insert(rows: Rows) -> None:
    """Store the batch inside the caller's transaction."""
    hold(wrapped for _, wrapped in rows.keys)
    tables: tuple[Sequence[tuple[Value, ...]], ...] = (rows.people, rows.keys, rows.records, rows.indexes)
    for (model, columns), data in zip(_COLUMNS, tables, strict=True):
        _insert(model._meta.db_table, columns, data)


def _insert(table: str, columns: Sequence[str], data: Sequence[tuple[Value, ...]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in data:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", data)  # noqa: S608 - table and columns are the constants above
