"""Numbers of rows as on a system in use: no table's next number is another's, and none is 1."""

from django.db import connection

SPREAD = 3


def spread_numbers() -> None:
    """Move each table's next number on, so that a number of one table finds no row of another.

    On PostgreSQL numbers are not given back when a test is undone: they are apart already.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        )
        for place, (table,) in enumerate(cursor.fetchall(), start=1):
            cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
            last = cursor.fetchone()[0] or 0
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)",
                [table, last + 30 + SPREAD * place],
            )
