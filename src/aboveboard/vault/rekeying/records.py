"""A fresh key for one person whose record loses something: what was taken must not open from a
backup with a key still in use.

The old key then lives in backups alone, as whoever was erased whole does; the
person keeps their handles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.keys.actions import replace_person_key
from aboveboard.keys.handles import handles_of
from aboveboard.keys.queries import data_keys
from aboveboard.vault import sealed
from aboveboard.vault.models import SealedRecord

Anew = Callable[[int, AESGCM, AESGCM], object]

_sealed_elsewhere: dict[str, Anew] = {}


def also_seals(room: str) -> Callable[[Anew], Anew]:
    """Register how a room above this one seals anew what it keeps under a person's
    key, in its app's ``ready``.

    The function gets the person's id, the old cipher and the new one, and runs in the
    transaction that changes the key.
    """

    def register(function: Anew) -> Anew:
        _sealed_elsewhere[room] = function
        return function

    return register


def fresh_key(
    person_id: int, boxes: Mapping[str, sealed.Box], old: bytes, known_as: Sequence[str]
) -> dict[str, sealed.Box]:
    """Give the person a new key, store it, and return the boxes sealed under it,
    each with its own origin.

    Inside the transaction that stores the boxes, with the person held. ``known_as``: their
    handles, kept as they are.

    Raises:
        RecordDamaged: a box does not open with the old key.
    """
    key = replace_person_key(person_id, known_as)
    for anew in _sealed_elsewhere.values():
        anew(person_id, AESGCM(old), AESGCM(key))
    for _, data in personal_data():
        if not isinstance(data.re_encrypt, NotNeeded):
            data.re_encrypt(person_id, AESGCM(old), AESGCM(key))
    return resealed(person_id, boxes, AESGCM(old), person_id, AESGCM(key))


def resealed(
    was: int, boxes: Mapping[str, sealed.Box], old: AESGCM, becomes: int, new: AESGCM
) -> dict[str, sealed.Box]:
    """Return one person's boxes sealed under another key, or for another number; where
    each value comes from stays.

    Raises:
        RecordDamaged: a box does not open with the old key.
    """
    return {
        name: sealed.seal(new, becomes, name, box.origin, sealed.unseal(old, was, name, box))
        for name, box in boxes.items()
    }


def rotate(person_id: int) -> bool:
    """Give a held person a new key and seal their record anew; False if they have none. Inside a
    transaction that holds them.

    Raises:
        RecordDamaged: a box does not open with the old key; nothing was changed.
    """
    found = data_keys([person_id]).get(person_id)
    row = SealedRecord.objects.filter(person_id=person_id).first()
    if found is None or row is None:
        return False
    known_as = handles_of(person_id, found.key, found.handles)
    boxes = fresh_key(person_id, sealed.decode(bytes(row.boxes)), found.key, known_as)
    SealedRecord.objects.filter(person_id=person_id).update(boxes=sealed.encode(boxes))
    return True
