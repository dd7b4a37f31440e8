"""Statements on the path of every use: PostgreSQL plans each once for a connection, however many
people it is asked about.

Django writes the parameters into the text, which is then parsed and planned anew at every use: for
the records of a use that took longer than reading them. SQLite is asked as Django asks it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection


def ask(sql: str, *parts: int | Collection[int] | Sequence[bytes] | None) -> list[tuple[Any, ...]]:
    """Return all rows. ``{some}`` in the statement is a list: ``digest {some}`` holds for each
    of the values of its part.

    Every part has its mark in the statement, in order: ``%s`` for a single
    value, ``{some}`` for a list.
    """
    if connection.vendor == "postgresql":
        return _prepared(
            sql.format(some="= ANY(%s)"),
            [part if part is None or isinstance(part, int) else list(part) for part in parts],
        )
    flat: list[Any] = []
    lists: list[str] = []
    for part in parts:
        if part is None or isinstance(part, int):
            flat.append(part)
        else:
            flat.extend(part)
            lists.append(f"IN ({', '.join(['%s'] * len(part))})")
    pieces = sql.split("{some}")
    text = "".join(piece + mark for piece, mark in zip(pieces, [*lists, ""], strict=True))
    with connection.cursor() as cursor:
        cursor.execute(text, flat)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _prepared(sql: str, parts: list[Any]) -> list[tuple[Any, ...]]:
    from psycopg import Cursor

    with connection.cursor() as cursor:
        # psycopg's own cursor sends parameters apart from the text, and prepares what it is asked
        # again (``prepare_threshold``).
        cursor.cursor = Cursor(connection.connection)
        cursor.execute(sql, parts)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
