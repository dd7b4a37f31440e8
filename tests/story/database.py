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


_SHORTEST = 5
"""Bytes: shorter words turn up in noise by chance."""


def found_in(dump: bytes, needles: Iterable[str]) -> list[str]:
    """Return the needles of five bytes or more that stand anywhere in the dump.

    The dump is first cut down to runs of the bytes that needles are made of, and each window of
    five there is looked up among their beginnings, so that asking for a hundred thousand needles
    does not read the dump as often.
    """
    wanted = {needle: needle.encode() for needle in needles}
    wanted = {needle: text for needle, text in wanted.items() if len(text) >= _SHORTEST}
    letters = b"".join(re.escape(bytes([letter])) for letter in {*b"".join(wanted.values())})
    runs = b"\x00".join(re.findall(rb"[%s]{%d,}" % (letters, _SHORTEST), dump))
    windows = (runs[at : at + _SHORTEST] for at in range(len(runs) - _SHORTEST + 1))
    begun = {text[:_SHORTEST] for text in wanted.values()}.intersection(windows)
    return [needle for needle, text in wanted.items() if text[:_SHORTEST] in begun and text in runs]
