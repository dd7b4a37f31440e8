"""A DuckDB connection with a bound on memory, a folder to spill into, and an end; and the named
statements that run on it: each file of ``sql/`` is one, in DuckDB's dialect."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.engines import limits

if TYPE_CHECKING:
    import duckdb


@contextmanager
def engine(
    *, memory_bytes: int = limits.ENGINE_MEMORY_BYTES, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB for one computation and close it, spilling to
    a folder that is removed.

    It reaches no network and loads no extension: what it may read and write is what it is handed.
    """
    import duckdb  # 0.4 s to import: only where it is used

    with tempfile.TemporaryDirectory(prefix="aboveboard-engine-") as spill:
        connection = duckdb.connect(":memory:")
        try:
            connection.execute("SET memory_limit = ?", [f"{memory_bytes}B"])
            connection.execute("SET temp_directory = ?", [spill])
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET autoload_known_extensions = false")
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET preserve_insertion_order = false")
            if threads is not None:
                connection.execute("SET threads = ?", [threads])
            yield connection
        finally:
            connection.close()


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` when the block ends
    well; else remove it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``.

    Raises:
        FileNotFoundError: there is no such statement.
    """
    return (resources.files("aboveboard.engines") / "sql" / f"{name}.sql").read_text("utf-8")
