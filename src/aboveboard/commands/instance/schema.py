"""Whether the database is as this version needs it, and making it so. No command of its own: ``migrate`` has it."""

from __future__ import annotations

from aboveboard.basics.errors import AboveboardError, Unavailable


class MigrationsPending(AboveboardError):
    """The database is older than this version of Aboveboard: {count} changes wait."""

    code = "migrations_pending"
    next_step = "Make a backup, then run: aboveboard migrate --home {home}"


class DatabaseAway(Unavailable):
    """The database cannot be reached, so nothing was released or changed: {why}."""

    code = "database_away"
    next_step = "Check that it runs and that database.url is right."


def pending() -> list[str]:
    """Return the migrations that wait, as ``app.name``, in order.

    Raises:
        DatabaseAway: nothing answers at ``database.url``.
    """
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise DatabaseAway(why=_first_line(error)) from None
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def bring_up_to_date() -> list[str]:
    """Apply what waits and make the cache table; return what was applied.

    Raises:
        DatabaseAway: nothing answers at ``database.url``.
    """
    from django.core.management import call_command

    waiting = pending()
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    return waiting


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
