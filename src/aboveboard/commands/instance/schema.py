"""Whether the database is as this version needs it, and making it so. No command of its own:
``migrate`` has it."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aboveboard
from aboveboard.basics.errors import Conflict, Misconfigured, Unavailable
from aboveboard.basics.settings import Settings

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader

_SQLITE: Final = "sqlite:"
_SQLITE_ERROR: Final = 1
"""SQLite's code for a statement that is wrong, such as one that names no table: a fault of
ours, not of the file."""


class MigrationsPending(Conflict):
    """The database must be updated for this version of Aboveboard: {count} changes are waiting."""

    code = "migrations_pending"
    next_step = (
        "Stop every server and worker, then run: aboveboard upgrade --home {home}. By themselves "
        "`serve` and `worker` do it where upgrade.at_start is true."
    )


class DatabaseNewer(Conflict):
    """The database is of a newer version of Aboveboard ({found}) than this program, {own}."""

    code = "database_newer"
    next_step = (
        "Nothing was changed. Install that version or a newer one. To go back to this one, restore "
        "a backup that it made: aboveboard restore BACKUP --replace"
    )


class DatabaseEmpty(Conflict):
    """The database has no tables of an instance."""

    code = "database_empty"
    next_step = (
        "Check database.url. Make an instance with `aboveboard init`, or bring one back with "
        "`aboveboard restore`."
    )


class DatabaseAway(Unavailable):
    """The database cannot be reached, so nothing more was released or changed: {why}."""

    code = "database_away"
    next_step = "Check that it runs and that database.url is right."


class DatabaseEncoding(Misconfigured):
    """The database stores text as {found}, which cannot hold every name."""

    code = "database_encoding"
    next_step = (
        "Nothing was made in it. Make one with: CREATE DATABASE aboveboard ENCODING 'UTF8' "
        "TEMPLATE template0"
    )


class DiskNotWritten(Unavailable):
    """The disk under {place} {why}, so nothing more was released or changed."""

    code = "disk_not_written"
    next_step = "{fix}"


_FULL: Final = ("is full", "Make room, then run it again.")
_READ_ONLY: Final = ("is read-only", "Mount it for writing, then run it again.")
_DISK: Final = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "53100": _FULL,  # PostgreSQL: disk_full
    "25006": _READ_ONLY,  # read_only_sql_transaction: a replica, or a disk that failed
}
_DISK_ERRNO: Final = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EROFS: _READ_ONLY}


class DatabaseMissing(Unavailable):
    """The database file {file} is gone, or empty."""

    code = "database_missing"
    next_step = (
        "Stop the server and restore the file from a backup (docs/how-to/operate.md). No new one "
        "was made in its place."
    )


def database_file(current: Settings) -> Path | None:
    """Return where the rows are kept, or None when a server keeps them."""
    url = current.database.url
    return current.path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def check_file(current: Settings) -> None:
    """Check that the database which ``init`` made is there.

    Raises:
        DatabaseMissing: it is a file, and that is gone.
    """
    file = database_file(current)
    if file is not None and not (file.is_file() and file.stat().st_size):
        raise DatabaseMissing(file=file)


def as_database_away(error: BaseException) -> DatabaseAway | None:
    """Return what to say when ``error`` means that the database does not answer; None
    for every other fault."""
    utils = sys.modules.get("django.db.utils")
    if utils is None or as_disk_error(error):
        return None
    if not isinstance(error, (utils.OperationalError, utils.InterfaceError)):
        return None
    # Django raises OperationalError for a missing table too, and that is no outage to wait out.
    if getattr(error.__cause__, "sqlite_errorcode", None) == _SQLITE_ERROR:
        return None
    return DatabaseAway(why=first_line(error))


def as_disk_error(error: BaseException) -> DiskNotWritten | None:
    """Return what to say when ``error`` means that a disk is full or read-only, the database's or
    ours; None for every other fault."""
    seen: BaseException | None = error
    while seen is not None:
        named = getattr(seen, "sqlite_errorname", None) or getattr(seen, "sqlstate", None) or ""
        for code, (why, fix) in _DISK.items():
            if str(named).startswith(code):
                return DiskNotWritten(place="the database", why=why, fix=fix)
        if isinstance(seen, OSError) and seen.errno in _DISK_ERRNO:
            why, fix = _DISK_ERRNO[seen.errno]
            place = str(seen.filename or "the instance folder")
            return DiskNotWritten(place=place, why=why, fix=fix)
        seen = seen.__cause__ or seen.__context__
    return None


def check_encoding() -> None:
    """Check, before anything is created in it, that the database can hold any text.

    Raises:
        DatabaseEncoding: it was made with another encoding than UTF8.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        raise DatabaseEncoding(found=encoding)


def pending_migrations(*, may_be_empty: bool = False) -> list[str]:
    """Return the migrations that wait, as ``app.name``, in order.

    Raises:
        DatabaseAway: nothing answers at ``database.url``.
        DatabaseNewer: a newer version of the program made changes that this one does not know.
        DatabaseEmpty: no version ever made one, so this is no instance, and it must be.
    """
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        check_encoding()
        # Django's own `migrate --check` prints and exits; this must answer to `serve` and `doctor`.
        executor = MigrationExecutor(connection)
        _check_known(executor.loader, may_be_empty=may_be_empty)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise DatabaseAway(why=first_line(error)) from None
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _check_known(loader: MigrationLoader, *, may_be_empty: bool) -> None:
    from django.apps import apps

    from aboveboard.recovery.versions import installed_version

    # Ours alone: libraries drop migrations that they have folded into others.
    ours = {each.label for each in apps.get_app_configs() if each.name.startswith("aboveboard.")}
    applied = {key for key in loader.applied_migrations if key[0] in ours}
    if not applied and not may_be_empty:
        raise DatabaseEmpty
    if newer := applied - loader.disk_migrations.keys():
        known = installed_version()
        newer_version = known.version if known else f"{len(newer)} changes are not known here"
        raise DatabaseNewer(found=newer_version, own=aboveboard.__version__)


def migrate(then: Callable[[list[str]], object] = lambda applied: None) -> list[str]:
    """Apply what waits, make the cache table, and call ``then`` with what was applied: all of it or
    nothing. Return what was applied.

    Raises:
        DatabaseAway, DatabaseNewer: as :func:`pending_migrations`.
    """
    from django.core.management import call_command
    from django.core.management.commands import migrate as django_migrate
    from django.db import connection, transaction

    class Command(django_migrate.Command):
        """Django's own, for all migrations in one transaction."""

        def migration_progress_callback(
            self, action: str, migration: object = None, fake: bool = False
        ) -> None:
            """Called before and after each migration."""
            # PostgreSQL alters no table that has a check outstanding; each migration leaves its own
            # to a commit.
            if action == "apply_success" and connection.vendor == "postgresql":
                connection.check_constraints()

    waiting = pending_migrations(may_be_empty=True)
    # Before BEGIN: SQLite changes it in no transaction, and cannot make a table anew with it on.
    with connection.constraint_checks_disabled(), transaction.atomic(durable=True):
        if waiting:
            call_command(Command(), verbosity=0, interactive=False)
        # Always: it is no migration, does nothing where the table is there, and rate limits are
        # counted in it.
        call_command("createcachetable", verbosity=0)
        then(waiting)
    return waiting


# Drivers add lines that quote the statement and its parameters, which may be personal data.
def first_line(error: Exception) -> str:
    """Return what a driver says, without the lines that quote a statement."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
