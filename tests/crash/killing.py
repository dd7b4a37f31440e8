"""Doing work in a process of its own, and killing that process at a random moment."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable

from django.db import connection

KILLS = int(os.environ.get("KILLS", "50"))
"""How often each procedure is killed; ``make crash`` kills less often on PostgreSQL, where each
start takes as long as several kills."""


def start(work: Callable[[], object]) -> int:
    """Do ``work`` in a process of its own, with database connections of its own; return its
    id once it has begun."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    heard, said = os.pipe()
    process = os.fork()
    if process:
        os.close(said)
        os.read(heard, 1)  # it has begun, or has died
        os.close(heard)
        return process
    code = 1
    try:
        os.close(heard)
        # A pool's threads do not survive a fork, nor do the locks that they
        # held: one plain connection.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        connection.ensure_connection()  # opening it is no part of what is tried
        os.write(said, b".")
        work()
        connection.close()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def finish(process: int) -> int:
    """Wait for a process; return its exit code, negative if a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


class Killer:
    """Kills work at moments spread evenly over how long it takes, which it learns by itself.

    ``most``: it is never left at it for longer, in seconds, so that long work
    is killed in many places.
    """

    def __init__(self, seed: int = 9, most: float = 60.0) -> None:
        self._picks = random.Random(seed)
        self._most = most
        self._longest = min(0.05, most)
        self.killed = 0

    def kill(self, work: Callable[[], object]) -> bool:
        """Do ``work`` in a process of its own and kill it somewhere in the middle; return
        whether it was still at it.

        Raises:
            AssertionError: the work failed before it could be killed.
        """
        began = time.monotonic()
        process = start(work)
        due = time.monotonic() + self._picks.random() * self._longest
        while (rest := due - time.monotonic()) > 0:
            if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            time.sleep(min(rest, 0.001))
        os.kill(process, signal.SIGKILL)
        code = finish(process)
        assert code in (0, -signal.SIGKILL), f"it failed by itself, with exit code {code}"
        if code == 0:  # it was done sooner than thought
            self._longest = max(0.002, min(self._longest, (time.monotonic() - began) * 0.9))
            return False
        self.killed += 1
        self._longest = min(self._longest * 1.1, self._most)  # until it proves too long
        return True


def kill_until(
    times: int, work: Callable[[], object], *, between: Callable[[], object], most: float = 60.0
) -> None:
    """Kill ``work`` so many times, calling ``between`` after each death; work that was done is
    begun again all the same.

    Raises:
        AssertionError: the work was nearly always done before it could be
            killed, so nothing was tried.
    """
    killer = Killer(most=most)
    tries = 0
    while killer.killed < times:
        tries += 1
        assert tries < 20 * times, (
            f"only {killer.killed} of {tries} were killed before they were done"
        )
        killer.kill(work)
        _settle()
        between()


_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND state <> 'idle'
"""


def _settle() -> None:
    """Wait until PostgreSQL, too, has noticed the death: a statement it was at goes on to its
    end, a commit among them."""
    if connection.vendor != "postgresql":
        return
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(_BUSY)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.002)
    raise AssertionError("a connection of the dead process is still busy after 20 seconds")
