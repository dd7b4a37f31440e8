"""How the database is emptied after a test that commits: rows go from the tables that hold any.

Django's ``flush`` truncates every table, and then makes content types and permissions again: on
PostgreSQL some hundred files and hundreds of statements for each such test. Here the tables that
hold rows are asked for in one statement, and what ``migrate`` fills stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

NOT_DATA = "django_migrations"
MADE_BY_MIGRATE = ("auth_permission", "django_content_type")
"""Tables that ``migrate`` fills, those that refer to others first."""

_whole: dict[str, list[int]] = {}
"""How many rows they hold after ``migrate``, by database."""


class Emptying(flush.Command):
    """The command ``flush``, for tests."""

    def handle(self, **options: Any) -> None:
        """Delete the rows of every table but what ``migrate`` made."""
        alias = options["database"]
        connection = connections[alias]
        with transaction.atomic(using=alias):
            for table in filled(connection):
                _delete(connection, table)
        if _counted(connection) != _whole.get(alias):
            with transaction.atomic(using=alias):
                for table in MADE_BY_MIGRATE:
                    _delete(connection, table)
            emit_post_migrate_signal(verbosity=0, interactive=False, db=alias)
            _whole[alias] = _counted(connection)


def filled(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that hold rows, but for what ``migrate`` made."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor))
        tables = sorted(names - {NOT_DATA, *MADE_BY_MIGRATE})
        asked = (
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"  # noqa: S608 - names of our own tables
            for table in tables
        )
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]


def _delete(connection: BaseDatabaseWrapper, table: str) -> None:
    # References are looked at when the transaction ends, as everywhere in Django.
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608


def _counted(connection: BaseDatabaseWrapper) -> list[int]:
    counts = []
    with connection.cursor() as cursor:
        for table in MADE_BY_MIGRATE:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            counts.append(cursor.fetchone()[0])
    return counts


def use() -> None:
    """Let Django's tests empty the database so."""
    flush.Command = Emptying  # type: ignore[misc]
