"""The ledger's rows as raw values, for the audit: without the ORM, because a damaged value must be
reported and not stumbled over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport

PAGE: Final = 2_000
"""Rows read at a time."""

_COLUMNS = {
    # SQLite lets any value stand in any column; as bytes every one of them can be read.
    "sqlite": (
        "id, leaf_index, CAST(at AS BLOB), CAST(kind AS BLOB), CAST(handle AS BLOB), CAST(body AS "
        "BLOB), CAST(leaf_hash AS BLOB)"
    ),
    "postgresql": (
        "id, leaf_index, at, convert_to(kind, 'UTF8'), convert_to(handle, 'UTF8'), body, leaf_hash"
    ),
}
PLACED = (
    "SELECT {columns} FROM ledger_entry WHERE leaf_index > %s AND leaf_index < %s ORDER BY "
    "leaf_index LIMIT %s"
)
# Rows get their places and the checkpoint its row in one transaction, so one
# statement sees both or neither.
BEYOND = """
SELECT {columns} FROM ledger_entry
WHERE leaf_index >= %s AND leaf_index >= (SELECT COALESCE(MAX(size), 0) FROM ledger_checkpointrow)
ORDER BY leaf_index LIMIT %s
"""
WAITING = (
    "SELECT {columns} FROM ledger_entry WHERE leaf_index IS NULL AND id > %s ORDER BY id LIMIT %s"
)
LEAST: Final = -(2**63)
"""Below every id and place that the columns can hold."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row of ``ledger_entry`` as the database holds it. ``at`` is a datetime on PostgreSQL and
    bytes on SQLite."""

    id: int
    place: int
    at: object
    kind: bytes
    handle: bytes | None
    body: bytes
    leaf_hash: bytes


def read_rows(statement: str, *values: int) -> Iterator[StoredRow]:
    """Yield the rows that one of the statements above finds. A page is fetched whole: no cursor
    stays open while the log is read."""
    with connection.cursor() as cursor:
        # The columns are of the table above; every value is a parameter.
        cursor.execute(statement.format(columns=_COLUMNS[connection.vendor]), values)
        page = cursor.fetchall()
    for entry_id, place, at, kind, handle, body, hash_ in page:
        yield StoredRow(
            entry_id,
            place,
            at,
            bytes(kind or b""),
            None if handle is None else bytes(handle),
            bytes(body or b""),
            bytes(hash_ or b""),
        )


def compare_columns(row: StoredRow, body: EntryBody) -> Iterator[tuple[str, bool]]:
    """Yield each column that repeats the entry's bytes, and whether it says the same."""
    yield "id", row.id == body.id
    if isinstance(row.at, datetime):
        yield "at", row.at == body.at
    else:
        yield "at", row.at == str(connection.ops.adapt_datetimefield_value(body.at)).encode()
    yield "kind", row.kind == body.kind.encode()
    yield "handle", row.handle == (None if body.handle is None else body.handle.encode())


class PlacedRows:
    """The placed rows in order, a page at a time, handed out place by place."""

    def __init__(self, end: int) -> None:
        self._rows = self._read(end)
        self._next = next(self._rows, None)

    def up_to(self, index: int) -> Iterator[StoredRow]:
        """Yield the rows at places up to ``index``."""
        while self._next is not None and self._next.place <= index:
            row, self._next = self._next, next(self._rows, None)
            yield row

    def remaining(self) -> Iterator[StoredRow]:
        """Yield the rows that nobody asked for."""
        while self._next is not None:
            row, self._next = self._next, next(self._rows, None)
            yield row

    @staticmethod
    def _read(end: int) -> Iterator[StoredRow]:
        last = LEAST
        while page := list(read_rows(PLACED, last, end, PAGE)):
            yield from page
            last = page[-1].place


def check_structure(report: VerificationReport) -> None:
    """Step 6. PostgreSQL checks its pages itself when they are read (data
    checksums), if it was set up so."""
    if connection.vendor != "sqlite":
        return
    for table in ("ledger_entry", "ledger_checkpointrow"):
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA integrity_check({table})")
                lines = [str(line) for (line,) in cursor.fetchall()]
        except DatabaseError as error:
            lines = [first_line(error)]
        for line in lines:
            if line != "ok":
                row = (
                    re.match(r"row (\d+) missing from index", line)
                    if table == "ledger_entry"
                    else None
                )
                entry_id = int(row[1]) if row else None
                named = (
                    f"Entry {entry_id} was changed in the database"
                    if row
                    else f"The table {table} is damaged"
                )
                report.add(
                    FindingKind.CHANGED_ROW if row else FindingKind.DAMAGED_DATABASE,
                    f"{named}: {line}.",
                    None,
                    entry_id,
                )


def is_away(error: DatabaseError) -> bool:
    """Whether the database does not answer, rather than answer that something in it is damaged."""
    if connection.vendor == "sqlite":
        return getattr(error.__cause__, "sqlite_errorname", "").startswith(
            ("SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_LOCKED")
        )
    # Class 08: connection exception; 57: operator intervention, such as a shutdown; none: the
    # server said nothing more.
    state = getattr(error.__cause__, "sqlstate", None) or "08"
    return isinstance(error, OperationalError | InterfaceError) and state.startswith(("08", "57"))


def first_line(error: Exception) -> str:
    """Return what a database error says, without the lines that repeat the statement."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
