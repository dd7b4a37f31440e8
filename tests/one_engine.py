"""DuckDB, started once for a process: to start it takes longer than most of what tests ask of it,
and a single loss asks it ten times.

Each computation has a database of its own there, in memory, which goes when it ends; it sees no
other, as in an instance.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from aboveboard.engines import duck

if TYPE_CHECKING:
    import duckdb

of_an_instance = duck.open_memory_database
"""What stands there in an instance."""
_numbers = count()


@cache
def _started(process: int) -> duckdb.DuckDBPyConnection:
    # By process: a fork has none of the threads of what it was forked from.
    import duckdb

    connection = duckdb.connect(":memory:")
    atexit.register(_end, connection, process)
    return connection


def _end(connection: duckdb.DuckDBPyConnection, process: int) -> None:
    if os.getpid() == process:
        connection.close()
        _started.cache_clear()


@contextmanager
def opened() -> Iterator[duckdb.DuckDBPyConnection]:
    """Stands for ``engines.duck.open_memory_database``."""
    connection = _started(os.getpid()).cursor()
    name = f"of_a_test_{next(_numbers)}"
    connection.execute(f"ATTACH ':memory:' AS {name}")
    connection.execute(f"USE {name}")
    try:
        yield connection
    finally:
        connection.execute("USE memory")
        connection.execute(f"DETACH {name}")
        connection.close()


def use() -> None:
    """Let the engines of this process begin so."""
    duck.open_memory_database = opened
