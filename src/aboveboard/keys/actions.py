"""Changes to people's keys and the instance's secrets. Callers write the ledger entry, which says
why the key changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from django.db import transaction

from aboveboard.basics.errors import NotFound
from aboveboard.keys import handles, queries, ring, wrapping_keys
from aboveboard.keys.handles import EntrySubject, Handles
from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.queries import data_keys
from aboveboard.keys.wrapping import KEY_BYTES


def make_person_keys(person_ids: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
    """Make a new key for each person, without storing it: ``(person_id, key, wrapped)``.

    Bulk loads store the wrapped keys themselves, in the same transaction as the records. A caller
    that stores them in another transaction than this call's must call :func:`.wrapping_keys.lock`
    there.
    """
    wrapping = wrapping_keys.current()
    made = []
    for person_id in person_ids:
        key = os.urandom(KEY_BYTES)
        made.append((person_id, key, wrapping.wrap(key, ring.person_context(person_id))))
    return made


def entry_subject(person_id: int) -> EntrySubject | None:
    """Return what an entry about a person needs: the handle that stands for them, and what seals
    its references. None when they are erased or unknown."""
    return entry_subjects([person_id]).get(person_id)


def entry_subjects(person_ids: Collection[int]) -> dict[int, EntrySubject]:
    """Return what an entry about each of these people needs, of those who have a key."""
    return {person_id: person.subject for person_id, person in queries.handles(person_ids).items()}


def replace_person_key(person_id: int, known_handles: Handles) -> bytes:
    """Give a person a new key and return it; the old one lives in backups alone.

    Inside the transaction that seals again what the old key sealed. ``known_handles``: all of the
    person's handles, which stay as they are: an entry of the ledger cannot be changed.
    """
    _in_transaction()
    ((_, key, wrapped),) = make_person_keys([person_id])
    PersonKey.objects.filter(person_id=person_id).update(
        wrapped=wrapped, handles=handles.seal(person_id, key, known_handles)
    )
    return key


def set_handles(person_id: int, known_handles: Handles) -> None:
    """Let a person have exactly these handles.

    Raises:
        NotFound: the person has no key.
    """
    data_key = data_keys([person_id]).get(person_id)
    if data_key is None:
        raise NotFound(what="person")
    PersonKey.objects.filter(person_id=person_id).update(
        handles=handles.seal(person_id, data_key.key, known_handles)
    )


def destroy_person_key(person_id: int) -> bool:
    """Destroy a person's key: erasure (design, invariant 5). True if there was one.

    Must run inside the transaction that writes the ledger entry.
    """
    _in_transaction()
    deleted, _ = PersonKey.objects.filter(person_id=person_id).delete()
    return deleted > 0


def destroy_secrets(names: Collection[str]) -> int:
    """Destroy secrets of the instance, and return how many there were. Nothing that they protect
    may still be needed."""
    deleted, _ = InstanceSecret.objects.filter(name__in=names).delete()
    return deleted


def _in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(
            "a person's key changes only in the transaction that writes the ledger entry"
        )
