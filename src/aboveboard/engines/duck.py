"""A DuckDB connection with a bound on memory, a folder to spill into, and an end; and the named
statements that run on it: each file of ``sql/`` is one, in DuckDB's dialect."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics.locks import locked, try_lock
from aboveboard.engines import limits

if TYPE_CHECKING:
    import duckdb

_SPILL = "aboveboard-engine-"
_HELD = ".held"


@contextmanager
def engine(
    *, memory_bytes: int = limits.ENGINE_MEMORY_BYTES, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB for one computation and close it, spilling to
    a folder that is removed.

    It reaches no network and loads no extension: what it may read and write is what it is handed.
    """
    with _spill_folder() as spill, open_memory_database() as connection:
        connection.execute("SET memory_limit = ?", [f"{memory_bytes}B"])
        connection.execute("SET temp_directory = ?", [spill])
        # A statement that needed an extension would otherwise fetch it, unasked, from the network.
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        # Keeping the order would hold whole results in memory; whatever needs one has ORDER BY.
        connection.execute("SET preserve_insertion_order = false")
        if threads is not None:
            connection.execute("SET threads = ?", [threads])
        connection.execute(statement("exposure_set"))
        yield connection


@contextmanager
def open_memory_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that nobody else sees, and close it."""
    import duckdb  # 0.4 s to import: only where it is used

    connection = duckdb.connect(":memory:")
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _spill_folder() -> Iterator[str]:
    """Give a folder to spill into, which goes with this process: what is spilled are digests."""
    folder = Path(tempfile.mkdtemp(prefix=_SPILL))
    with locked(folder / _HELD):
        try:
            yield str(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def delete_spill_folders() -> int:
    """Delete what killed computations spilled on this machine; return how many there were."""
    gone = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_SPILL}*"):
        # One that was made this instant has no lock yet, and nothing in it.
        if not (folder / _HELD).exists() or not _is_ours(folder):
            continue
        with try_lock(folder / _HELD) as free:
            if free:
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    return gone


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.getuid()
    except FileNotFoundError:  # whoever had it is done with it
        return False


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
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
