"""A crew of threads, each with a database connection of its own, that all
begin at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from django.db import connection

_CONNECTING = threading.Lock()
"""SQLite has crashed with fifty connections that open one file in the same moment: the works are
what is tried, and not how it opens files."""


def at_once(works: Sequence[Callable[[], object]], *, patience: float = 60) -> list[object]:
    """Do every work at the same moment, each in a thread; return what each returned, or the
    exception that ended it.

    Raises:
        AssertionError: one did not end within ``patience`` seconds: they wait for each other.
    """
    gate = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)
    # Each with its connection before all begin, where there are so many: PostgreSQL has a pool.
    pool = connection.settings_dict["OPTIONS"].get("pool") or {"max_size": len(works)}
    connected = len(works) <= pool["max_size"]

    def do(number: int, work: Callable[[], object]) -> None:
        try:
            if connected:
                with _CONNECTING:
                    connection.ensure_connection()
            gate.wait(patience)
            outcomes[number] = work()
        except Exception as error:  # handed to the test, which says what it expected
            outcomes[number] = error
        finally:
            with _CONNECTING:
                connection.close()

    threads = [threading.Thread(target=do, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return outcomes
