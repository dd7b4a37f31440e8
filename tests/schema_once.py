"""The tables that a restoration begins with, made by the migrations once for a process.

Nine tenths of what a restoration in a test takes is Django working out, migration by migration,
which tables there were: always the same. The first restoration runs them; the next ones of the same
migrations repeat what came of it, on SQLite the file, on PostgreSQL the statements. Commands that
are run as processes, ``tests/oldest`` and backups of other versions run them in full.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

Statement = tuple[Any, Any, bool]
_files: dict[tuple[Any, ...], sqlite3.Connection] = {}
_statements: dict[tuple[Any, ...], list[Statement]] = {}


class Remembering(MigrationExecutor):
    """Runs migrations on an empty database, or repeats what they made of one."""

    def migrate(self, targets: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> Any:
        """Bring the database to these migrations."""
        connection = connections[self.connection.alias]
        if args or kwargs or connection.introspection.table_names():
            return super().migrate(targets, *args, **kwargs)
        repeat = _on_sqlite if connection.vendor == "sqlite" else _on_postgres
        return repeat(connection, tuple(targets), lambda: super(Remembering, self).migrate(targets))


def _on_sqlite(connection: Any, targets: tuple[Any, ...], run: Callable[[], object]) -> None:
    if targets in _files:
        _files[targets].backup(connection.connection)
        return
    run()
    _files[targets] = sqlite3.connect(":memory:", check_same_thread=False)
    connection.connection.backup(_files[targets])


def _on_postgres(connection: Any, targets: tuple[Any, ...], run: Callable[[], object]) -> None:
    if targets in _statements:
        with connection.cursor() as cursor:
            for sql, params, many in _statements[targets]:
                (cursor.executemany if many else cursor.execute)(sql, params)
        return
    seen: list[Statement] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        # It is one transaction, in which nothing failed: what only reads, or marks a place to go
        # back to, is not needed again.
        if str(sql).split(None, 1)[0].upper() not in ("SELECT", "SAVEPOINT", "RELEASE"):
            seen.append((sql, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run()
    _statements[targets] = seen


def use() -> None:
    """Let restorations of this process begin so."""
    from aboveboard.recovery.restoring import load

    load.MigrationExecutor = Remembering  # type: ignore[misc, attr-defined]
