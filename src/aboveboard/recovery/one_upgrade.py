"""One process at a time changes the form of the database, and no process of another version uses it
meanwhile.

On PostgreSQL the lock is the database's own, so that it holds across machines; on SQLite, which
one machine has to itself, it is the kernel's, on a file of the instance. Both go with the process,
however it ends. Whether others are connected only PostgreSQL can say. On SQLite a process of the
former version finds a table changed under it, fails that turn, and is over with its own restart.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from aboveboard.basics import settings
from aboveboard.recovery import limits
from aboveboard.recovery.restoring.staging import StillInUse

_LOCK: Final = ".upgrade.lock"
_NUMBER: Final = 0x61626F7665626F61
"""Of the advisory lock: "aboveboa" in ASCII, so that no other program picks it by chance."""
_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity AS other, pg_stat_activity AS own
WHERE own.pid = pg_backend_pid() AND other.datname = own.datname AND other.pid <> own.pid
AND other.backend_type = 'client backend' AND other.application_name LIKE 'aboveboard-%'
AND (other.application_name, coalesce(other.client_addr, '0.0.0.0'))
    <> (own.application_name, coalesce(own.client_addr, '0.0.0.0'))
"""
"""Every process of ours names itself by its number (``site.settings``), which in two containers may
be the same. A pool's spare connections are of their process. Whatever else looks at the database
does not count."""

Say = Callable[[str], None]


@contextmanager
def one_upgrade(say: Say) -> Iterator[None]:
    """Wait until no other process upgrades, and let none begin until the end.

    ``say`` is given a sentence when this process has to wait, and again each minute.
    """
    take = _postgres if connection.vendor == "postgresql" else _sqlite
    last_sentence = -limits.WAIT_SAID.total_seconds()
    while (release := take()) is None:
        # All of its connections: who upgrades waits for those that are open (``wait_for_others``).
        _disconnect()
        if time.monotonic() - last_sentence >= limits.WAIT_SAID.total_seconds():
            say("Another process is upgrading the database. This one goes on when it is done.")
            last_sentence = time.monotonic()
        time.sleep(limits.WAIT_PAUSE.total_seconds())
    try:
        yield
    finally:
        release()


def wait_for_others(say: Say) -> None:
    """Wait for the processes of the former version to end.

    Raises:
        StillInUse: they do not, within :data:`limits.OTHERS_PATIENCE`.
    """
    if connection.vendor != "postgresql":
        return
    end, is_announced = time.monotonic() + limits.OTHERS_PATIENCE.total_seconds(), False
    while others := _count_others():
        if time.monotonic() > end:
            raise StillInUse(why=f"{others} connections of other servers or workers are open")
        if not is_announced:
            say(f"Waiting for other servers and workers to stop: {others} connections are open.")
            is_announced = True
        time.sleep(limits.OTHERS_PAUSE.total_seconds())


def _disconnect() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has it


def _count_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return int(cursor.fetchone()[0])


def _postgres() -> Callable[[], None] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_NUMBER])
        if not cursor.fetchone()[0]:
            return None

    def release() -> None:
        # A connection that was lost took the lock with it.
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_NUMBER])

    return release


def _sqlite() -> Callable[[], None] | None:
    handle = os.open(settings.current().path(_LOCK), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return lambda: os.close(handle)
