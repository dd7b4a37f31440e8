"""Every change to the ledger: entries are appended and put into the tree; its key is changed.
Nothing is edited or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.facts import Facts, VerifierKey
from aboveboard.ledger import rows
from aboveboard.ledger.entries import SigningKeyReplaced
from aboveboard.ledger.format.entry import NewEntry, encode_each
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.models import KeyChange
from aboveboard.ledger.rows import NEXT_ID, reserve_ids
from aboveboard.ledger.sequencing import sequence
from aboveboard.ledger.signing import SigningKeyChanged, generation

__all__ = [
    "NEXT_ID",
    "NewEntry",
    "append",
    "append_many",
    "change_key",
    "entry_about",
    "new_entry",
    "reserve_ids",
    "sequence",
]


def new_entry(facts: Facts, *, by: Actor, handle: str | None, at: datetime) -> NewEntry:
    """Return the entry that says ``facts``, for :func:`append_many`.

    Raises:
        FactsMalformed: a fact is not of the form that its type promises.
    """
    return NewEntry(facts.kind, by, at, handle, facts.to_json())


def entry_about(like: NewEntry, handle: str | None, facts: Mapping[str, Json]) -> NewEntry:
    """Return an entry like another one, about somebody else: a batch writes thousands. ``facts``
    are those of the other, or those with what is sealed for this entry alone."""
    return NewEntry(like.kind, like.by, like.at, handle, facts)


def append(facts: Facts, *, by: Actor, handle: str | None, at: datetime) -> int:
    """Write one entry and return its id. It is durable when the surrounding transaction commits.

    ``facts`` are what it says; ``handle`` is the person it is about, or None.

    Raises:
        RuntimeError: there is no surrounding transaction (an entry belongs
            to the change it records).
        EntryRefused: the entry is not well formed (``format.entry.encode``).
    """
    return append_many([new_entry(facts, by=by, handle=handle, at=at)])[0]


def append_many(entries: Sequence[NewEntry], ids: list[int] | None = None) -> list[int]:
    """Write entries in order, in a few statements, and return their ids, in ascending order.

    ``ids``: those that were reserved for them in this transaction, in ascending order; else they
    are reserved here.

    Raises:
        RuntimeError: there is no surrounding transaction.
        EntryRefused: one is not well formed; then none is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "an entry is written in the transaction of the change it records: use "
            "transaction.atomic"
        )
    if not entries:
        return []
    # Before the bytes are made: the id is part of what is hashed, so no row can be written first
    # and numbered afterwards.
    if ids is None:
        ids = reserve_ids(len(entries))
    # All of them before the first row is written: one that is refused then leaves nothing of the
    # others.
    bodies = encode_each(entries, ids)
    rows.insert(
        [
            (entry_id, entry.at, entry.kind, entry.handle, body, leaf_hash(body))
            for entry_id, entry, body in zip(ids, entries, bodies, strict=True)
        ]
    )
    return ids


def change_key(number: int, *, old: str, new: str, by: Actor, at: datetime) -> int:
    """Let the key ``new`` (a vkey) sign from now on as generation ``number``; return the id
    of the entry that says so.

    Called in a transaction. The lock on the tree keeps the key from changing between the
    check and a signature.

    Raises:
        SigningKeyChanged: ``number`` is not the next generation.
    """
    # Before the generation is read: two changes at once would both be the next one.
    rows.lock_tree()
    if number != generation() + 1:
        raise SigningKeyChanged
    replaced = SigningKeyReplaced(number, VerifierKey(old), VerifierKey(new))
    # The entry first, as its row names it. Both stand or fall together: a key that signs without an
    # entry would be one that nobody announced.
    entry_id = append(replaced, by=by, handle=None, at=at)
    KeyChange.objects.create(generation=number, vkey=new, entry_id=entry_id, at=at)
    return entry_id


def keep_key_change(number: int, *, vkey: str, entry_id: int, at: datetime) -> None:
    """Keep a change of key whose entry outlived its row, in a restored database. No entry is
    written: it is there."""
    KeyChange.objects.get_or_create(
        generation=number, defaults={"vkey": vkey, "entry_id": entry_id, "at": at}
    )
