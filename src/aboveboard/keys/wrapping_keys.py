"""The wrapping keys: which one wraps from now on, and keeping it while something that it wrapped is
being stored.

A wrapping key is destroyed once nothing committed is wrapped by it
(:func:`aboveboard.keys.rotation.rewrap.destroy_unused`). What is wrapped but not committed yet
cannot be seen there, so the transaction that stores it locks the key.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.keys import ring
from aboveboard.keys.models import WrappingKey
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.wrapping import KEY_BYTES, LocalKey, wrapped_by


def current() -> LocalKey:
    """Return the wrapping key that wraps from now on, made when there is none yet.

    Read from the database each time, never remembered: a rotation in another process takes effect
    at its commit. Locked until the surrounding transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT + _lock_clause())
        row = cursor.fetchone()
    if row is None:
        return create([ring.provider()], at=clock.now())
    return ring.wrapping_key(int(row[0]).to_bytes(4, "big"))


def lock(wrapped: Iterable[bytes]) -> None:
    """Lock the wrapping keys of these wrapped keys until the transaction that stores them ends.

    Raises:
        Conflict: a rotation has destroyed one of them since; make the keys again.
    """
    needed = {int.from_bytes(wrapped_by(bytes(key)), "big") for key in wrapped}
    if not needed:
        return
    marks = ", ".join(["%s"] * len(needed))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(marks=marks) + _lock_clause(), sorted(needed))
        locked = {int(key_id) for (key_id,) in cursor.fetchall()}
    for missing in needed - locked:
        # The first version wrapped by the root key itself, which has no row to lock.
        if ring.provider().local_key(missing.to_bytes(4, "big")) is None:
            raise Conflict(why="the keys were rotated in between; do it again")


def create(providers: Collection[Provider], *, at: datetime) -> LocalKey:
    """Make a wrapping key, and store it as each provider wrapped it. It is in use once the
    transaction commits.

    Raises:
        Unavailable: a provider cannot be asked; nothing was stored.
    """
    while True:
        raw = os.urandom(KEY_BYTES)
        key = LocalKey(raw)
        number = int.from_bytes(key.id, "big")
        # Four bytes name a key, so two can collide: then take another.
        taken = WrappingKey.objects.filter(key_id=number).exists() or any(
            provider.local_key(key.id) for provider in providers
        )
        if not taken:
            break
    context = ring.wrapping_context(key.id)
    WrappingKey.objects.bulk_create(
        WrappingKey(
            key_id=number, provider=provider.name, wrapped=provider.wrap(raw, context), made_at=at
        )
        for provider in providers
    )
    return key


# By hand: the ORM has no FOR KEY SHARE, which lets others wrap by the same key meanwhile and makes
# only its deletion wait.
_TABLE = WrappingKey._meta.db_table
_CURRENT = (
    f"SELECT key_id FROM {_TABLE} WHERE retired_at IS NULL "  # noqa: S608 - our own model's table
    "ORDER BY made_at, key_id, id LIMIT 1"
)
_LOCK = f"SELECT key_id FROM {_TABLE} WHERE key_id IN ({{marks}})"  # noqa: S608 - as above


def _lock_clause() -> str:
    """SQLite has one writer at a time, so nothing is destroyed beside it; PostgreSQL locks."""
    return (
        " FOR KEY SHARE" if connection.vendor == "postgresql" and connection.in_atomic_block else ""
    )
