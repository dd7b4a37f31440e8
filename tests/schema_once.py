"""The tables of an empty database, worked out by the migrations once and then repeated.

Nine tenths of what it takes to make an instance, a restoration or the database of a run's process
is Django working out, migration by migration, which tables there were: always the same. Whoever
comes first runs them; the next ones of the same migrations repeat the statements that came of it.
They are kept in ``.cache/tests``, under a digest of every migration's source, so that a changed one
is run. Commands that are started from nothing, ``tests/oldest``, the tests of migrations and
backups of other versions run them in full.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import sys
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import django
from django.core.management.commands import migrate as command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration

from aboveboard.basics.locks import locked

KEPT = Path(__file__).parents[1] / ".cache" / "tests"
"""Where the statements are kept, for every process and run."""

Plan = Sequence[tuple[Migration, bool]]


class Remembering(MigrationExecutor):
    """Runs migrations on an empty database, or repeats what they made of one."""

    def migrate(
        self,
        targets: Sequence[tuple[str, str]],
        plan: Plan | None = None,
        state: Any = None,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> Any:
        """Bring the database to these migrations, and return the state of the models then."""
        connection = connections[self.connection.alias]
        whole = self.migration_plan(targets, clean_start=True)
        other = fake or fake_initial or (plan is not None and list(plan) != whole)
        if other or connection.introspection.table_names():
            return super().migrate(targets, plan, state, fake, fake_initial)
        file = KEPT / f"{connection.vendor}-{_digest(targets, whole)}.json"
        KEPT.mkdir(parents=True, exist_ok=True)
        with locked(file.with_suffix(".lock")):  # all processes of a run begin at once
            if not file.exists():
                return _kept(connection, file, lambda: super(Remembering, self).migrate(targets))
        with connection.cursor() as cursor:
            for statement in _statements(file):
                cursor.execute(statement)
        self.loader.build_graph()
        return self._create_project_state(with_applied_migrations=True)


def _digest(targets: Sequence[tuple[str, str]], plan: Plan) -> str:
    """Name the database that these migrations make."""
    digest = sha256(repr((django.VERSION, sorted(targets))).encode())
    for migration, _ in plan:
        module = sys.modules[migration.__module__]
        assert module.__file__ is not None
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()[:32]


@cache
def _statements(file: Path) -> list[str]:
    read: list[str] = json.loads(file.read_text("utf-8"))
    return read


def _kept(connection: Any, file: Path, run: Callable[[], Any]) -> Any:
    """Run migrations and keep the statements that make what they made."""
    if connection.vendor == "sqlite":
        state = run()
        statements = _of_sqlite(connection.connection)
    else:
        statements, state = _of_postgres(connection, run)
    # Put in place whole, or a process that is killed leaves half of it.
    partial = file.with_name(f"{secrets.token_hex(8)}.partial")
    partial.write_text(json.dumps(statements), "utf-8")
    partial.replace(file)
    return state


def _of_sqlite(database: sqlite3.Connection) -> list[str]:
    """What the migrations made, and not how: they make many a table several times."""
    around = ("BEGIN TRANSACTION;", "COMMIT;")
    return [statement for statement in database.iterdump() if statement not in around]


def _of_postgres(connection: Any, run: Callable[[], Any]) -> tuple[list[str], Any]:
    """The statements themselves, with their values in them."""
    import psycopg

    texts = psycopg.ClientCursor(connection.connection)
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        # It is one transaction, in which nothing failed: what only reads, or marks a place to go
        # back to, is not needed again.
        if str(sql).split(None, 1)[0].upper() not in ("SELECT", "SAVEPOINT", "RELEASE"):
            rows = params if many else [params]
            seen.extend(str(sql) if row is None else texts.mogrify(sql, row) for row in rows)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        state = run()
    return seen, state


def use() -> None:
    """Let restorations, instances and test databases of this process begin so."""
    from aboveboard.recovery.restoring import load

    load.MigrationExecutor = Remembering  # type: ignore[misc, attr-defined]
    command.MigrationExecutor = Remembering  # type: ignore[misc]


if __name__ == "__main__":
    # As ``aboveboard``: ``python -m tests.schema_once init DIR``, for an instance that is only the
    # beginning of a test.
    from aboveboard.commands.main import main

    command.MigrationExecutor = Remembering  # type: ignore[misc]
    sys.exit(main())
