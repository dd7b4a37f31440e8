"""Reading keys. A key lives in memory for as long as one use takes and is never cached."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cache

from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.provider import KEY_BYTES
from aboveboard.keys.ring import person_context, provider, secret_context


def person_key(person_id: int) -> bytes | None:
    """Return the person's data key, or None when it was destroyed or never made."""
    return person_keys([person_id]).get(person_id)


def unwrapped(person_id: int, wrapped: bytes) -> bytes:
    """Return a person's data key from its wrapped form, for readers that fetched it together with the record."""
    return provider().unwrap(wrapped, person_context(person_id))


def person_keys(person_ids: Collection[int]) -> dict[int, bytes]:
    """Return the data keys of those who have one."""
    root = provider()
    rows = PersonKey.objects.filter(person_id__in=person_ids).values_list("person_id", "wrapped")
    return {person_id: root.unwrap(bytes(wrapped), person_context(person_id)) for person_id, wrapped in rows}


@cache
def instance_secret(name: str) -> bytes:
    """Return the 32-byte secret of that name, made and stored wrapped when first asked for."""
    root, context = provider(), secret_context(name)
    row, _ = InstanceSecret.objects.get_or_create(name=name, defaults={"wrapped": root.wrap(os.urandom(KEY_BYTES), context)})
    return root.unwrap(bytes(row.wrapped), context)
