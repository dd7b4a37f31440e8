"""A new key for one person or for everybody: their boxes are encrypted again, their handles stay.

For everybody, the procedure is the rotation's row and a batch in each transaction, as in
:mod:`aboveboard.keys.rotation.root`; a crash loses at most the batch in hand, and going on begins
after the last one stored. Nothing is opened for anybody: values go from one box to another inside
:mod:`aboveboard.vault.rekeying.records`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.rotation import progress as rotations
from aboveboard.ledger.actions import append
from aboveboard.vault import queries as vault
from aboveboard.vault.entries import KeyRotated, PeopleKeysBegun, PeopleKeysFinished
from aboveboard.vault.limits import RESEAL_BATCH
from aboveboard.vault.locking import lock_people
from aboveboard.vault.rekeying import records

KIND = "people"


def rotate_one(person_id: int, *, by: Actor, at: datetime) -> None:
    """Give one person a new key; the old one lives in backups alone.

    Raises:
        NotFound: nobody with that id is held.
    """
    with transaction.atomic():
        if not lock_people([person_id]) or not records.rotate(person_id):
            raise NotFound(what="person")
        subject = entry_subject(person_id)
        append(KeyRotated(), by=by, handle=subject.handle if subject else None, at=at)


def rotate_all(
    *, by: Actor, at: datetime, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Give everybody a new key, going on with a rotation that was left; return how many
    were given one in all."""
    rotation = rotations.unfinished(KIND)
    if rotation is None:
        with transaction.atomic():
            rotation = rotations.begin(KIND, step="people", by=by, at=at)
            append(PeopleKeysBegun(), by=by, handle=None, at=at)
    while _batch(rotation.id, progress):
        pass
    with transaction.atomic():
        rotation = rotations.lock(rotation.id)
        if rotation.finished_at is None:
            finished_at = clock.now()
            rotations.store(replace(rotation, finished_at=finished_at, step="finished"))
            append(PeopleKeysFinished(rotation.done), by=by, handle=None, at=finished_at)
    return int(rotation.done)


def _batch(rotation_id: int, progress: Callable[[int], None]) -> bool:
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        people = vault.ids_after(rotation.reached, limit=RESEAL_BATCH)
        if not people or rotation.finished_at is not None:
            return False
        locked = lock_people(people)
        rotated = sum(records.rotate(person_id) for person_id in sorted(locked))
        rotation = rotations.store(
            replace(rotation, reached=people[-1], done=rotation.done + rotated)
        )
    progress(rotation.done)
    return True
