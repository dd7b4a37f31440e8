"""Whether the database is as this version needs it, and making it so. No command of its own:
``migrate`` has it."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Final

from aboveboard.basics.errors import Conflict, Misconfigured, Unavailable
from aboveboard.basics.settings import Settings

_SQLITE: Final = "sqlite:"
_SQLITE_ERROR: Final = 1
"""SQLite's code for a statement that is wrong, such as one that names no table: a fault of
ours, not of the file."""


class MigrationsPending(Conflict):
    """The database must be updated for this version of Aboveboard: {count} changes are waiting."""

    code = "migrations_pending"
    next_step = "Make a backup, then run: aboveboard migrate --home {home}"


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
    return DatabaseAway(why=_first_line(error))


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


def pending_migrations() -> list[str]:
    """Return the migrations that wait, as ``app.name``, in order.

    Raises:
        DatabaseAway: nothing answers at ``database.url``.
    """
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        check_encoding()
        # Django's own `migrate --check` prints and exits; this must answer to `serve` and `doctor`.
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise DatabaseAway(why=_first_line(error)) from None
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> list[str]:
    """Apply what waits and make the cache table; return what was applied.

    Raises:
        DatabaseAway: nothing answers at ``database.url``.
    """
    from django.core.management import call_command

    waiting = pending_migrations()
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    # Always: it is no migration, does nothing where the table is there, and rate limits are counted
    # in it.
    call_command("createcachetable", verbosity=0)
    return waiting


# Drivers add lines that quote the statement and its parameters, which may be personal data.
def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
