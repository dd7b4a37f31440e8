"""Files that hold tables of their own: workbooks, SQLite databases and Parquet files.

Each is written as a dump of its tables would be, in the form of PostgreSQL's COPY, and read as one:
so there is one rule for what a table is and for what its columns hold. They are read in memory, up
to ``limits.LEAK_LOADED_BYTES``: what is in them begins at their end.
"""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import IO, Final, cast

from aboveboard.engines import parquet
from aboveboard.incidents.leaks.columns import is_known_name
from aboveboard.incidents.leaks.form import is_header
from aboveboard.incidents.leaks.unpacking import BLOCK, MadeStream

_HEADER_ROWS: Final = 20
"""How far down a sheet the names of its columns are looked for: titles stand above them."""
_BATCH: Final = 1000
_UNSAFE: Final = re.compile(r"[^\w -]+")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
Row = Sequence[object]


class TablesDamaged(Exception):
    """The file cannot be read to its end. ``locked``: it wants a password."""

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()
        self.locked = locked


def as_dump(kind: str, data: bytes) -> IO[bytes]:
    """Return the tables of a file as a dump, as a stream. ``kind``: a key of :data:`READERS`.

    Raises, as it is read: TablesDamaged.
    """
    return cast("IO[bytes]", io.BufferedReader(MadeStream(READERS[kind](data)), BLOCK))


def _workbook(data: bytes) -> Iterator[bytes]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for number, name in enumerate(book.sheet_names, 1):
            rows = (list(row) for row in book.get_sheet_by_name(name).iter_rows())
            yield from _sheet(_safe(name) or f"sheet {number}", rows)
    # It is a parser in Rust: what it raises for bytes that are not whole has no one family.
    except (CalamineError, ValueError, KeyError, OSError, RuntimeError) as error:
        words = str(error).lower()
        raise TablesDamaged(locked="password" in words or "encrypt" in words) from None


def _sheet(name: str, rows: Iterable[Row]) -> Iterator[bytes]:
    rest = iter(rows)
    first = [[_text(cell).strip() for cell in row] for row in islice(rest, _HEADER_ROWS)]
    head = _header_row(first)
    if head is None:
        yield from _copy(name, [], chain(first, rest))
        return
    if head:
        # A title may name somebody too.
        yield from _copy(f"{name} above", [], first[:head])
    yield from _copy(name, first[head], chain(first[head + 1 :], rest))


def _header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of the first rows names the columns."""
    for place, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if len(filled) > 1 and 2 * sum(map(is_known_name, filled)) > len(filled):
            return place
    filled_rows = [place for place, row in enumerate(rows) if any(row)]
    if filled_rows and is_header(rows[filled_rows[0]], rows[filled_rows[0] + 1 :]):
        return filled_rows[0]
    return None


def _sqlite(data: bytes) -> Iterator[bytes]:
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            # A log beside the file is no part of it, and without one no database in memory has it.
            database.deserialize(data[:18] + b"\x01\x01" + data[20:])
            database.text_factory = lambda raw: raw.decode("utf-8", "replace")
            # What was written into the file by strangers is read, and never run.
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.set_authorizer(_only_reading)
            listed = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
            ).fetchall()
            for (name,) in listed:
                quoted = '"' + name.replace('"', '""') + '"'
                cursor = database.execute(f"SELECT * FROM {quoted}")  # noqa: S608 - quoted
                names = [each[0] for each in cursor.description]
                yield from _copy(_safe(name), names, cursor)
    except (sqlite3.Error, MemoryError, OverflowError):
        raise TablesDamaged from None


def _only_reading(action: int, *_: object) -> int:
    reading = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    return sqlite3.SQLITE_OK if action in reading else sqlite3.SQLITE_DENY


def _parquet(data: bytes) -> Iterator[bytes]:
    try:
        rows = parquet.rows(data)
        names = [str(name) for name in next(rows)]
        yield from _copy("rows", names, rows)
    except parquet.ParquetDamaged:
        raise TablesDamaged from None


READERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "workbook": _workbook,
    "SQLite database": _sqlite,
    "Parquet file": _parquet,
}
"""What reads each kind, in the words in which it is called."""


def _copy(table: str, names: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    columns = [_safe(name) or f"column {place}" for place, name in enumerate(names, 1)]
    # Two of one name would be one in the row that is read.
    twice = len(set(columns)) < len(columns)
    listed = ", ".join(
        f'"{name} {place}"' if twice else f'"{name}"' for place, name in enumerate(columns, 1)
    )
    wide = len(columns)
    yield f'COPY "{table}"{f" ({listed})" if listed else ""} FROM stdin;\n'.encode()
    rest = iter(rows)
    while batch := list(islice(rest, _BATCH)):
        lines = []
        for row in batch:
            cells = [_text(cell).translate(_ESCAPED) for cell in row]
            cells += [""] * (wide - len(cells))
            if any(cells):
                lines.append("\t".join(cells) + "\n")
        yield "".join(lines).encode("utf-8", "replace")
    yield b"\\.\n\n"


def _safe(name: str) -> str:
    return _UNSAFE.sub(" ", str(name)).strip()[:60]


def _text(cell: object) -> str:
    """Return a value as it would be typed: a number without what a workbook adds to it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | timedelta):
        return str(cell)
    return str(cell)
