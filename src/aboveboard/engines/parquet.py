"""The rows of a Parquet file from outside, as text, some thousand at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from aboveboard.engines.duck import open_memory_database
from aboveboard.engines.limits import ENGINE_BATCH, ENGINE_MEMORY_BYTES


class ParquetDamaged(Exception):
    """It is no Parquet file, or not all of one."""


def rows(data: bytes) -> Iterator[Sequence[str | None]]:
    """Yield the names of the columns, and then every row; what is nested as DuckDB writes it.

    Raises:
        ParquetDamaged: it cannot be read to its end, or this system keeps no file in memory.
    """
    import duckdb

    if not hasattr(os, "memfd_create"):  # Linux alone has it; the disk is no place for a leak
        raise ParquetDamaged
    file = os.memfd_create("parquet")
    try:
        with os.fdopen(os.dup(file), "wb") as whole:
            whole.write(data)
        with open_memory_database() as connection:
            connection.execute("SET memory_limit = ?", [f"{ENGINE_MEMORY_BYTES}B"])
            connection.execute(
                "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [f"/proc/self/fd/{file}"]
            )
            yield [str(column[0]) for column in connection.description or ()]
            while batch := connection.fetchmany(ENGINE_BATCH):
                yield from batch
    except duckdb.Error:
        raise ParquetDamaged from None
    finally:
        os.close(file)
