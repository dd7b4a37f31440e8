"""Changes to people's keys and the instance's secrets. Callers write the ledger entry, which says
why the key changed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from aboveboard.basics.errors import NotFound
from aboveboard.keys import counting, handles, queries, ring, wrapping_keys
from aboveboard.keys.handles import EntrySubject, HandleSecret, PersonHandles
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
    """Return what the next entry about a person needs: the handle that stands for them in it, and
    what seals its references. None when they are erased or unknown. As :func:`entry_subjects`."""
    return entry_subjects([person_id]).get(person_id)


def entry_subjects(person_ids: Collection[int]) -> dict[int, EntrySubject]:
    """Return what the next entry about each of these people needs, of those who have a key.

    Inside the transaction that writes the entries, one for each: a number that is taken and not
    used is a handle that is looked for in vain.
    """
    ids = sorted(set(person_ids))
    subjects = subjects_in_order(ids, queries.handle_secrets(ids))
    return {
        person_id: subject
        for person_id, subject in zip(ids, subjects, strict=True)
        if subject is not None
    }


def subjects_in_order(
    person_ids: Sequence[int | None], secrets: Mapping[int, HandleSecret]
) -> list[EntrySubject | None]:
    """Return what each of several new entries needs, in their order; a person may be in it more
    than once. None for nobody, and for whoever has no key any more.

    ``secrets``: of each, which a use has read with the record.
    """
    wanted = _wanted(person_ids, secrets)
    return _numbered(person_ids, secrets, counting.take_numbers(wanted) if wanted else {})


def subjects_with_ids(
    person_ids: Sequence[int | None], secrets: Mapping[int, HandleSecret]
) -> tuple[list[EntrySubject | None], list[int]]:
    """Return the same, and the ids of the entries themselves, for
    :func:`aboveboard.ledger.actions.append_many`: on PostgreSQL both come with one statement."""
    numbers, entry_ids = counting.take_numbers_and_ids(
        _wanted(person_ids, secrets), len(person_ids)
    )
    return _numbered(person_ids, secrets, numbers), entry_ids


def _wanted(
    person_ids: Sequence[int | None], secrets: Mapping[int, HandleSecret]
) -> Mapping[int, int]:
    """Return of how many entries each person's numbers are to be taken."""
    return Counter(
        person_id for person_id in person_ids if person_id is not None and person_id in secrets
    )


def _numbered(
    person_ids: Sequence[int | None],
    secrets: Mapping[int, HandleSecret],
    numbers: dict[int, int],
) -> list[EntrySubject | None]:
    # Who was erased since their record was read has no number: the entry then names nobody.
    # From here until the commit nobody else writes an entry about these people, so it is done last.
    subjects: list[EntrySubject | None] = []
    for person_id in person_ids:
        if person_id is None or person_id not in numbers:
            subjects.append(None)
            continue
        subjects.append(secrets[person_id].subject(numbers[person_id]))
        numbers[person_id] += 1
    return subjects


def replace_person_key(person_id: int, known_handles: PersonHandles) -> bytes:
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


def set_handles(person_id: int, known_handles: PersonHandles) -> None:
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
    # Deleted and not marked: afterwards there must be nothing that could be set back (design,
    # invariant 5).
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
