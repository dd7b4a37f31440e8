"""Looking at a database from outside: all its bytes, and one of them changed
behind the product's back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


def bytes_of_database(on_postgres: bool) -> bytes:
    """Return every byte that the database keeps: its files, or each table as the
    server copies it out."""
    if not on_postgres:
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    dump = bytearray()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
                for block in copy:
                    dump += bytes(block)
    return bytes(dump)


def change_one_byte(wrapper: BaseDatabaseWrapper) -> int:
    """Change one byte of one entry's text, and return the place of that entry in the tree."""
    with wrapper.cursor() as cursor:
        cursor.execute(
            "SELECT id, leaf_index, body FROM ledger_entry WHERE leaf_index IS NOT NULL ORDER BY "
            "id LIMIT 1 OFFSET 7"
        )
        entry_id, leaf_index, body = cursor.fetchone()
        changed = bytearray(body)
        changed[len(changed) // 2] ^= 1
        cursor.execute(
            "UPDATE ledger_entry SET body = %s WHERE id = %s", [bytes(changed), entry_id]
        )
    return int(leaf_index)


_SHORTEST = 6
_READABLE = re.compile(rb"[\x20-\x7e]{%d,}" % _SHORTEST)


def found_in(dump: bytes, needles: Iterable[str]) -> list[str]:
    """Return the needles (plain ASCII, six characters or more) that stand anywhere in the dump.

    The dump is first cut down to its readable runs and their windows of six are kept in a set, so
    that asking for a hundred thousand needles does not read the dump as often.
    """
    readable = b"\x00".join(_READABLE.findall(dump))
    windows = {
        readable[start : start + _SHORTEST] for start in range(len(readable) - _SHORTEST + 1)
    }
    found = []
    for needle in needles:
        wanted = needle.encode()
        if (
            len(wanted) >= _SHORTEST
            and wanted.isascii()
            and wanted[:_SHORTEST] in windows
            and wanted in readable
        ):
            found.append(needle)
    return found
