"""Storing the lines of a manifest: COPY on PostgreSQL, one prepared statement on SQLite. The ORM
took a fifth of an export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from aboveboard.custody.models import ExportPerson

ManifestRow = tuple[int, int, str]
"""A person, the bitmap of the categories that are in the file of them, and the
codes of the refusal."""

_TABLE: Final = ExportPerson._meta.db_table
_COLUMNS: Final = "export_id, person_id, categories, reasons"


def store(export_id: int, lines: Sequence[ManifestRow]) -> None:
    """Store the lines, all or none. A person who is on the manifest already is
    an ``IntegrityError``."""
    # All of a batch or none: a line that is missing would be a person whom a loss does not count.
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.cursor.copy(
                    f"COPY {_TABLE} ({_COLUMNS}) FROM STDIN (FORMAT BINARY)"
                ) as copy,
            ):
                copy.set_types(("int8", "int8", "int8", "varchar"))
                for line in lines:
                    copy.write_row((export_id, *line))
            return
        cursor.executemany(
            # Our own model's table and columns.
            f"INSERT INTO {_TABLE} ({_COLUMNS}) VALUES (%s, %s, %s, %s)",  # noqa: S608
            [(export_id, *line) for line in lines],
        )
