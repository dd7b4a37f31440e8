"""Statements by hand, for the path of every use: PostgreSQL plans each once for a connection, gets
its values apart from the text, and answers in binary.

Django writes the values into the text, which is parsed and planned again each time, and wraps every
cursor twice. For the statements of a use that took longer than the database needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any


def execute(connection: Any, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on Django's ``connection`` and return all rows that it gives. Given
    ``connections["default"]``: ``django.db.connection`` looks it up anew for each attribute.

    ``sql`` marks each value with ``%s``. On PostgreSQL a list of values is one value, for
    ``= ANY(%s)`` (:func:`array_literal`). Moments come back aware, and JSON must be cast to text,
    as SQLite keeps it.

    Raises:
        django.db.Error: as from any other statement.
    """
    connection.ensure_connection()
    if connection.execute_wrappers or connection.queries_logged:
        return _execute_through_django(connection, sql, values)
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        if connection.vendor != "postgresql":
            cursor = connection.connection.execute(_to_qmark_style(sql), values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
        return _rows(_cursor(connection).execute(sql, values, binary=True))


def execute_many(connection: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run one statement of SQLite's for each row of values, as :func:`execute`.

    Raises:
        django.db.Error: as from any other statement.
    """
    connection.ensure_connection()
    if connection.execute_wrappers or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.executemany(sql, list(rows))
        return
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        connection.connection.executemany(_to_qmark_style(sql), rows)


def array_literal(values: Iterable[int | str | bytes | None]) -> str:
    """Return values as PostgreSQL reads an array (its manual, 8.15.2): a tenth of the time that
    psycopg takes for a list. Its type is that of what it is compared with."""
    return f"{{{','.join(map(_array_element, values))}}}"


def _array_element(value: int | str | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        # Twice: once for the array, once for the hex form of bytea.
        return f'"\\\\x{value.hex()}"'
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _execute_through_django(
    connection: Any, sql: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Do the same through Django's cursor: somebody counts or reads what is asked."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Still psycopg's own: the values may have no form that Django writes into a text.
            cursor.cursor = _cursor(connection)
            cursor.cursor.format = 1
        cursor.execute(sql, values)
        return _rows(cursor.cursor) if connection.vendor == "postgresql" else cursor.fetchall()


def _cursor(connection: Any) -> Any:
    from psycopg import Cursor  # not there where only SQLite is used

    return Cursor(connection.connection)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    # Not by its description, which makes an object of each column.
    return cursor.fetchall() if cursor.pgresult.nfields else []


@lru_cache(maxsize=256)
def _to_qmark_style(sql: str) -> str:
    return sql.replace("%s", "?")
