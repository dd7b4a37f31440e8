"""Reading keys. A person's key lives in memory for as long as one use takes and is never cached."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from aboveboard.basics import statements
from aboveboard.basics.errors import NotFound, Unavailable
from aboveboard.keys import ring, wrapping_keys
from aboveboard.keys.handles import HandleSecret, PersonHandles, handles_of, secret_of
from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey
from aboveboard.keys.wrapping import KEY_BYTES

PERSON_KEY_TABLE: Final = PersonKey._meta.db_table
"""The table of people's wrapped keys (columns ``person_id``, ``wrapped``, ``handles``,
``entries``), for the statements that read or load it together with the record: one round trip for
every use."""


_DATA_KEYS: Final = {
    on_postgresql: f"""
        SELECT person_id, wrapped, handles, entries FROM {PERSON_KEY_TABLE}
        WHERE person_id {listed}
    """  # noqa: S608 - the table is our own; ids are parameters
    for on_postgresql, listed in (
        (True, "= ANY(%s)"),
        (False, "IN (SELECT value FROM json_each(%s))"),
    )
}


@dataclass(frozen=True, slots=True)
class DataKey:
    """One person's data key, their handles sealed under it (None: computed from the key), and how
    many entries have one."""

    key: bytes = field(repr=False)
    handles: bytes | None
    entries: int


def data_keys(person_ids: Collection[int]) -> dict[int, DataKey]:
    """Return the data keys of those who have one, with their sealed handles."""
    connection = connections[DEFAULT_DB_ALIAS]
    # By hand: of few hundred people who are written to, the ORM took longer than the database.
    on_postgresql = connection.vendor == "postgresql"
    listed = statements.array_literal(person_ids) if on_postgresql else json.dumps(list(person_ids))
    rows = statements.execute(connection, _DATA_KEYS[on_postgresql], [listed])
    return {
        person_id: DataKey(
            unwrap_person_key(person_id, bytes(wrapped)),
            None if sealed is None else bytes(sealed),
            entries,
        )
        for person_id, wrapped, sealed, entries in rows
    }


def person_keys(person_ids: Collection[int]) -> dict[int, bytes]:
    """Return the data keys of those who have one."""
    return {person_id: data_key.key for person_id, data_key in data_keys(person_ids).items()}


def person_key(person_id: int) -> bytes | None:
    """Return the person's data key, or None when it was destroyed or never made."""
    return person_keys([person_id]).get(person_id)


def unwrap_person_key(person_id: int, wrapped: bytes) -> bytes:
    """Return a person's data key from its wrapped form, for readers that fetched it
    together with the record."""
    return ring.unwrap(wrapped, ring.person_context(person_id))


def handles(person_ids: Collection[int]) -> dict[int, PersonHandles]:
    """Return what the ledger calls those who have a key."""
    return {
        person_id: handles_of(person_id, data_key.key, data_key.handles, data_key.entries)
        for person_id, data_key in data_keys(person_ids).items()
    }


def handle_secrets(person_ids: Collection[int]) -> dict[int, HandleSecret]:
    """Return what the handles of the next entries about people are computed from, of those who have
    a key."""
    return {
        person_id: secret_of(person_id, data_key.key, data_key.handles, data_key.entries)
        for person_id, data_key in data_keys(person_ids).items()
    }


def person_handles(person_id: int) -> PersonHandles:
    """Return what the ledger calls a person.

    Raises:
        NotFound: the person has no key.
    """
    person = handles([person_id]).get(person_id)
    if person is None:
        raise NotFound(what="person")
    return person


def people_with_keys() -> QuerySet[PersonKey, int]:
    """Return the ids of everybody who has a key, in order: to count, to stream, or as a subquery
    (``id__in``)."""
    return PersonKey.objects.order_by("person_id").values_list("person_id", flat=True)


class SecretMissing(Unavailable):
    """The secret {name} is not in this database."""

    code = "secret_missing"
    next_step = (
        "If the keys were restored from a newer backup than the records, run: aboveboard keys "
        "rotate-index --from-values"
    )


@cache
def instance_secret(name: str, *, make: bool = True) -> bytes:
    """Return the 32-byte secret of that name, made and stored wrapped when first asked for.

    Raises:
        SecretMissing: there is none, and ``make`` says that it must have been there.
    """
    context = ring.secret_context(name)
    row = InstanceSecret.objects.filter(name=name).first()
    if row is None:
        if not make:
            raise SecretMissing(name=name)
        fresh = wrapping_keys.current().wrap(os.urandom(KEY_BYTES), context)
        # Two processes may make it at once: both then use the one that was stored.
        row, _ = InstanceSecret.objects.get_or_create(name=name, defaults={"wrapped": fresh})
    return ring.unwrap(bytes(row.wrapped), context)


def secret_names(prefix: str = "") -> list[str]:
    """Return the names of the instance's secrets that begin with ``prefix``."""
    return list(
        InstanceSecret.objects.filter(name__startswith=prefix)
        .order_by("name")
        .values_list("name", flat=True)
    )


def other_providers() -> list[str]:
    """Return the providers that can open wrapping keys here beside the one in ``keys.root``."""
    others = WrappingKey.objects.exclude(provider=ring.provider().name).order_by("id")
    return list(dict.fromkeys(others.values_list("provider", flat=True)))


def forget() -> None:
    """Let this process forget the secrets and the wrapping keys: the database behind it becomes
    another one."""
    instance_secret.cache_clear()
    ring.forget()


def check_root_key() -> None:
    """Open what the root key protects here, now: the start of a process, and the doctor, ask
    before anything else does.

    Raises:
        KeyUnwrapFailed: it is another root key.
        Unavailable: its provider cannot be asked.
    """
    rows = list(InstanceSecret.objects.values_list("name", "wrapped"))
    # Each of them: after a restoration that went wrong they may be wrapped by different keys.
    for name, wrapped in rows:
        ring.unwrap(bytes(wrapped), ring.secret_context(name))
    if not rows:
        wrapping_keys.current()
