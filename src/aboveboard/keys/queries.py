"""Reading keys. A person's key lives in memory for as long as one use takes and is never cached."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from aboveboard.basics.errors import Unavailable
from aboveboard.keys import actions, ring
from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.wrapping import KEY_BYTES


@dataclass(frozen=True, slots=True)
class Opened:
    """One person's data key, and their handles sealed under it (None: the one
    computed from the key)."""

    key: bytes = field(repr=False)
    handles: bytes | None


def person_key(person_id: int) -> bytes | None:
    """Return the person's data key, or None when it was destroyed or never made."""
    return person_keys([person_id]).get(person_id)


def unwrapped(person_id: int, wrapped: bytes) -> bytes:
    """Return a person's data key from its wrapped form, for readers that fetched it
    together with the record."""
    return ring.unwrap(wrapped, ring.person_context(person_id))


def person_keys(person_ids: Collection[int]) -> dict[int, bytes]:
    """Return the data keys of those who have one."""
    return {person_id: one.key for person_id, one in opened(person_ids).items()}


def opened(person_ids: Collection[int]) -> dict[int, Opened]:
    """Return the data keys of those who have one, with their sealed handles."""
    rows = PersonKey.objects.filter(person_id__in=person_ids).values_list(
        "person_id", "wrapped", "handles"
    )
    return {
        person_id: Opened(
            unwrapped(person_id, bytes(wrapped)), None if handles is None else bytes(handles)
        )
        for person_id, wrapped, handles in rows
    }


class SecretGone(Unavailable):
    """The secret {name} is not in this database."""

    code = "secret_gone"
    next_step = (
        "If the keys were restored from a newer backup than the records, run: aboveboard keys "
        "rotate-index --from-values"
    )


@cache
def instance_secret(name: str, *, make: bool = True) -> bytes:
    """Return the 32-byte secret of that name, made and stored wrapped when first asked for.

    Raises:
        SecretGone: there is none, and ``make`` says that it must have been there.
    """
    context = ring.secret_context(name)
    row = InstanceSecret.objects.filter(name=name).first()
    if row is None:
        if not make:
            raise SecretGone(name=name)
        fresh = actions.in_use().wrap(os.urandom(KEY_BYTES), context)
        row, _ = InstanceSecret.objects.get_or_create(name=name, defaults={"wrapped": fresh})
    return ring.unwrap(bytes(row.wrapped), context)


def prove() -> None:
    """Open what the root key protects here, now: the start of a process, and the doctor, ask
    before anything else does.

    Raises:
        KeyUnwrapFailed: it is another root key.
        Unavailable: its provider cannot be asked.
    """
    rows = list(InstanceSecret.objects.values_list("name", "wrapped"))
    for name, wrapped in rows:
        ring.unwrap(bytes(wrapped), ring.secret_context(name))
    if not rows:
        actions.in_use()
