"""Reading the rows of a part that was made from SQLite, value by value."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from aboveboard.recovery.copying.values import ValueKind
from aboveboard.recovery.manifest import CopiedTable


def rows(
    folder: str, name: str, table: CopiedTable, kinds: Sequence[ValueKind]
) -> Iterator[Sequence[Any]]:
    """Yield each row of a table, in Python's own types."""
    file = (Path(folder) / table.file).resolve().as_uri() + "?mode=ro"
    read = [_READ.get(kind, _identity) for kind in kinds]
    listed = ", ".join(f'"{column}"' for column in table.columns)
    with closing(sqlite3.connect(file, uri=True)) as part:
        # Names out of a manifest that was checked against the models.
        for row in part.execute(f'SELECT {listed} FROM "{name}"'):  # noqa: S608
            yield [
                None if value is None else convert(value)
                for value, convert in zip(row, read, strict=True)
            ]


def _identity(value: Any) -> Any:
    return value


_READ: Final[Mapping[ValueKind, Callable[[Any], Any]]] = {
    ValueKind.BOOLEAN: bool,
    ValueKind.FLOAT: float,
    ValueKind.MOMENT: lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    ValueKind.DAY: date.fromisoformat,
}
