"""A database that is made beside the present one and takes its place in one step."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from django.db import connection, transaction

from aboveboard.basics.errors import Conflict

_BESIDE: Final = ".restoring"
_PATIENCE: Final = 3.0
"""Seconds."""

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
AND application_name <> current_setting('application_name')
"""
"""The settings give each process a name of its own, so that its pool's spare
connections do not count."""


class InstanceThere(Conflict):
    """The database of this instance has {count} tables already, and restoring
    replaces all that is in them."""

    code = "instance_there"
    next_step = "Nothing was changed. If that is what you want, say so: --replace"

    def __init__(self, count: int) -> None:
        super().__init__(count=count, why="the database is not empty")


class StillInUse(Conflict):
    """Something still uses the database: {why}."""

    code = "still_in_use"
    next_step = (
        "Nothing was changed. Stop the server, the workers and whatever else is connected, then "
        "run it again."
    )


@contextmanager
def staged_database(*, replace: bool) -> Iterator[None]:
    """Inside, Django's connection leads to an empty database; what is made there becomes
    the instance's at the end.

    Raises:
        InstanceThere: there are tables already, and ``replace`` is not set.
        StillInUse: something is connected.
    """
    with _sqlite(replace) if connection.vendor == "sqlite" else _postgres(replace):
        yield


@contextmanager
def _postgres(replace: bool) -> Iterator[None]:
    _wait_to_be_alone()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            there = connection.introspection.table_names(cursor)
            if there and not replace:
                raise InstanceThere(len(there))
            for table in there:
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        yield


def _wait_to_be_alone() -> None:
    """A server that was just stopped takes a moment to be gone."""
    connection.close()
    end = time.monotonic() + _PATIENCE
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            (others,) = cursor.fetchone()
        if not others:
            return
        if time.monotonic() > end:
            raise StillInUse(why=f"{others} other connections to it are open")
        time.sleep(0.1)


@contextmanager
def _sqlite(replace: bool) -> Iterator[None]:
    name = str(connection.settings_dict["NAME"])
    file = Path(unquote(urlsplit(name).path)) if name.startswith("file:") else Path(name)
    beside = file.with_name(file.name + _BESIDE)
    connection.close()
    with _hold_exclusively(file, replace):
        _remove(beside)
        connection.settings_dict["NAME"] = f"{beside.as_uri()}?mode=rwc"
        try:
            yield
            connection.close()
            # Whole and flushed before it takes the name: a crash leaves the one file or the other.
            _settle(beside)
            _remove(file, keep_itself=True)
            beside.replace(file)
            _flush(file.parent)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
            _remove(beside)


@contextmanager
def _hold_exclusively(file: Path, replace: bool) -> Iterator[None]:
    """Make sure that nobody has the present file open, and keep it so."""
    if not (file.is_file() and file.stat().st_size):
        yield
        return
    with closing(
        sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0)
    ) as present:
        try:
            (count,) = present.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
            ).fetchone()
            if count and not replace:
                raise InstanceThere(count)
            # Leaving the write-ahead log needs the file for oneself alone: it fails
            # while anybody has it open.
            present.execute("PRAGMA journal_mode = DELETE")
            present.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StillInUse(why="the file is open") from None
            raise
        except sqlite3.DatabaseError:
            if not replace:
                raise
            # It is damaged, which may be why somebody restores: nobody can be using it.
        yield


def _settle(file: Path) -> None:
    """Make the file the whole database: no write-ahead log beside it, all of it on the disk."""
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = DELETE")
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    file.chmod(0o600)


def _remove(file: Path, *, keep_itself: bool = False) -> None:
    """Remove a database's files. A log left beside the name would be read
    into whatever takes it."""
    for ending in ("-wal", "-shm", "-journal", *(() if keep_itself else ("",))):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
