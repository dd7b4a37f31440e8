"""Writing whom look-ups without a result were about (``models.QuietRefusal``), by hand: every such
look-up does, whether it found somebody or nobody, and the ORM took longer than the entry itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

from aboveboard.access.models import QuietRefusal
from aboveboard.basics import statements

QuietRow = tuple[int, int | None, Sequence[str], bytes]
"""The id of the entry, whom it was about, the codes of the reasons, and the key of what the entry
refers to."""

_INTO: Final = (
    f"INSERT INTO {QuietRefusal._meta.db_table} (entry_id, person_id, reasons, reference_key)"
)
_INSERT: Final = f"{_INTO} VALUES (%s, %s, %s, %s)"
# One text for any number of rows, as for the entries themselves.
_INSERT_ARRAYS: Final = f"""
    {_INTO} SELECT entry_id, person_id, CAST(reasons AS jsonb), reference_key
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bytea[])
        AS quiet (entry_id, person_id, reasons, reference_key)
"""  # noqa: S608 - our own table; values are parameters


def insert(rows: Sequence[QuietRow]) -> None:
    """Insert the rows, in one statement; inside the transaction that writes their entries."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    written = [
        (entry_id, person_id, json.dumps(reasons), key)
        for entry_id, person_id, reasons, key in rows
    ]
    if connection.vendor == "postgresql":
        columns = map(statements.array_literal, zip(*written, strict=True))
        statements.execute(connection, _INSERT_ARRAYS, list(columns))
    else:
        statements.execute_many(connection, _INSERT, written)
