"""Named statements: each file of ``sql/`` is one, in DuckDB's dialect."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``.

    Raises:
        FileNotFoundError: there is no such statement.
    """
    return (resources.files("aboveboard.engines") / "sql" / f"{name}.sql").read_text("utf-8")
