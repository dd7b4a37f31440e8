"""Changes to keys. Callers write the ledger entry: this room sits beside the
ledger, not above it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.keys import ring
from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.wrapping import KEY_BYTES, LocalKey, wrapped_by


def make_keys(person_ids: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
    """Make a fresh key for each person, without storing it: ``(person_id, key, wrapped)``.

    Bulk loads store the wrapped keys themselves, in the same transaction as the records. Whoever
    stores them in another transaction than this call's must ask :func:`hold` there.
    """
    wrapping = in_use()
    made = []
    for person_id in person_ids:
        key = os.urandom(KEY_BYTES)
        made.append((person_id, key, wrapping.wrap(key, ring.person_context(person_id))))
    return made


def destroy(person_id: int) -> bool:
    """Destroy the person's key: erasure (design, invariant 5). True if there was one.

    Must run inside the transaction that writes the ledger entry.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(
            "a key is destroyed only together with its ledger entry, in one transaction"
        )
    deleted, _ = PersonKey.objects.filter(person_id=person_id).delete()
    return deleted > 0


def destroy_secrets(names: Collection[str]) -> int:
    """Destroy secrets of the instance, and return how many there were. What they made must
    be of no use any more."""
    deleted, _ = InstanceSecret.objects.filter(name__in=names).delete()
    return deleted


def in_use() -> LocalKey:
    """Return the wrapping key that wraps from now on, made when there is none yet.

    Asked of the database each time, and held there until the surrounding transaction ends: it
    cannot be destroyed while something wrapped by it is on its way in.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE + _held_until_commit())
        row = cursor.fetchone()
    if row is None:
        return make_wrapping_key([ring.provider()], at=clock.now())
    return ring.wrapping_key(int(row[0]).to_bytes(4, "big"))


def hold(wrapped: Iterable[bytes]) -> None:
    """Hold the wrapping keys of these wrapped keys until the transaction that stores them ends.

    Raises:
        Conflict: one of them was destroyed by a rotation since; make the keys again.
    """
    needed = {int.from_bytes(wrapped_by(bytes(one)), "big") for one in wrapped}
    if not needed:
        return
    marks = ", ".join(["%s"] * len(needed))
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(marks=marks) + _held_until_commit(), sorted(needed))
        found = {int(key_id) for (key_id,) in cursor.fetchall()}
    for gone in needed - found:
        if ring.provider().direct(gone.to_bytes(4, "big")) is None:
            raise Conflict(why="the keys were rotated in between; do it again")


_TABLE = WrappingKey._meta.db_table
_IN_USE = (
    f"SELECT key_id FROM {_TABLE} WHERE retired_at IS NULL "  # noqa: S608 - our own model's table
    "ORDER BY made_at, key_id, id LIMIT 1"
)
_HOLD = f"SELECT key_id FROM {_TABLE} WHERE key_id IN ({{marks}})"  # noqa: S608 - as above


def _held_until_commit() -> str:
    """SQLite has one writer at a time, so nothing is destroyed beside it; PostgreSQL is told."""
    return (
        " FOR KEY SHARE" if connection.vendor == "postgresql" and connection.in_atomic_block else ""
    )


def make_wrapping_key(providers: Collection[Provider], *, at: datetime) -> LocalKey:
    """Make a wrapping key and keep it as each provider wrapped it. It is in use once
    the transaction commits.

    Raises:
        Unavailable: a provider cannot be asked; nothing was kept.
    """
    while True:
        raw = os.urandom(KEY_BYTES)
        key = LocalKey(raw)
        number = int.from_bytes(key.id, "big")
        taken = WrappingKey.objects.filter(key_id=number).exists() or any(
            one.direct(key.id) for one in providers
        )
        if not taken:
            break
    context = ring.wrapping_context(key.id)
    WrappingKey.objects.bulk_create(
        WrappingKey(key_id=number, provider=one.name, wrapped=one.wrap(raw, context), made_at=at)
        for one in providers
    )
    return key
