"""A new key for one person: when their record loses something, what was taken must not open from a
backup with a key that is still in use.

The old key then lives in backups alone, like the key of somebody who was erased; the person keeps
their handles.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.keys.actions import replace_person_key
from aboveboard.keys.handles import PersonHandles, handles_of
from aboveboard.keys.queries import data_keys
from aboveboard.vault import record_format, sealed
from aboveboard.vault.models import SealedRecord


def fresh_key(
    person_id: int, boxes: Mapping[str, sealed.SealedField], old: bytes, handles: PersonHandles
) -> bytes:
    """Give the person a new key, store it, and return their record sealed under it, each value with
    its own origin.

    Inside the transaction that stores the record, with the person locked. ``handles``: theirs, kept
    as they are. What other packages keep under the person's key is encrypted again too.

    Raises:
        RecordDamaged: a box does not open with the old key.
    """
    old_cipher, new_cipher = AESGCM(old), AESGCM(replace_person_key(person_id, handles))
    for _, data in personal_data():
        if not isinstance(data.re_encrypt, NotNeeded):
            data.re_encrypt(person_id, old_cipher, new_cipher)
    boxes = reseal(person_id, boxes, old_cipher, person_id, new_cipher)
    return record_format.seal_record(new_cipher, person_id, boxes)


def reseal(
    was: int, boxes: Mapping[str, sealed.SealedField], old: AESGCM, becomes: int, new: AESGCM
) -> dict[str, sealed.SealedField]:
    """Return one person's boxes sealed under another key, or for another number; the origin of
    each value stays.

    Raises:
        RecordDamaged: a box does not open with the old key.
    """
    return {
        name: sealed.seal(new, becomes, name, box.origin, sealed.unseal(old, was, name, box))
        for name, box in boxes.items()
    }


def rotate(person_id: int) -> bool:
    """Give a person a new key and encrypt their record again; False if they have none. Inside a
    transaction that has locked them.

    Raises:
        RecordDamaged: a box does not open with the old key; nothing was changed.
    """
    key = data_keys([person_id]).get(person_id)
    row = SealedRecord.objects.filter(person_id=person_id).first()
    if key is None or row is None:
        return False
    handles = handles_of(person_id, key.key, key.handles, key.entries)
    boxes = record_format.open_record(AESGCM(key.key), person_id, bytes(row.boxes))
    record = fresh_key(person_id, boxes, key.key, handles)
    SealedRecord.objects.filter(person_id=person_id).update(boxes=record)
    return True
