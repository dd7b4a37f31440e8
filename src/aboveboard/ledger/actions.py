"""Every change to the ledger: entries are appended, and put into the tree. Nothing is edited or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.ledger import rows
from aboveboard.ledger.format.entry import NewEntry, encode
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.sequencing import sequence

__all__ = ["NewEntry", "append", "append_many", "sequence"]


def append(kind: str, *, by: Actor, handle: str | None, facts: Mapping[str, Json], at: datetime) -> int:
    """Write one entry and return its id. It is durable when the surrounding transaction commits.

    Raises:
        RuntimeError: there is no surrounding transaction (an entry belongs to the change it records).
        EntryRefused: the entry is not well formed (``format.entry.encode``).
    """
    return append_many([NewEntry(kind, by, at, handle, facts)])[0]


def append_many(entries: Sequence[NewEntry]) -> list[int]:
    """Write entries in order, in a few statements, and return their ids, rising.

    Raises:
        RuntimeError: there is no surrounding transaction.
        EntryRefused: one is not well formed; then none is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an entry is written in the transaction of the change it records: use transaction.atomic")
    if not entries:
        return []
    ids = rows.reserve_ids(len(entries))
    bodies = [encode(entry, entry_id) for entry, entry_id in zip(entries, ids, strict=True)]
    rows.insert(
        [
            (entry_id, entry.at, entry.kind, entry.handle, body, leaf_hash(body))
            for entry_id, entry, body in zip(ids, entries, bodies, strict=True)
        ]
    )
    return ids
