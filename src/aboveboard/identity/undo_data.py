"""What merges set aside loses a field when the person does, and has a new
key when the person has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.identity.models import MergedPerson
from aboveboard.keys.actions import replace_person_key
from aboveboard.keys.handles import handles_of
from aboveboard.keys.queries import DataKey, data_keys
from aboveboard.vault import sealed
from aboveboard.vault.rekeying.records import resealed

Boxes: TypeAlias = "Mapping[str, sealed.Box]"


def erase_fields(person_id: int, fields: Collection[str]) -> None:
    """Erase fields from all that was set aside by merges into a person, and give it a fresh key, as
    the person's own record gets.

    Inside the transaction of the erasure, with the person held.
    """
    for row in MergedPerson.objects.filter(
        person_id=person_id, split_at__isnull=True, boxes__isnull=False
    ):
        boxes, aside = (
            sealed.decode(bytes(row.boxes or b"")),
            sealed.decode(bytes(row.set_aside or b"")),
        )
        found = data_keys([row.merged_id]).get(row.merged_id)
        if found is None or not (boxes.keys() | aside.keys()) & set(fields):
            continue
        _anew(row, person_id, found, boxes, aside, frozenset(fields))


def rotate(person_id: int) -> int:
    """Give all that merges into a person set aside a fresh key, and return
    how much of it there was.

    Inside a transaction, with the person held.
    """
    rotated = 0
    for row in MergedPerson.objects.filter(
        person_id=person_id, split_at__isnull=True, boxes__isnull=False
    ):
        found = data_keys([row.merged_id]).get(row.merged_id)
        if found is not None:
            boxes, aside = (
                sealed.decode(bytes(row.boxes or b"")),
                sealed.decode(bytes(row.set_aside or b"")),
            )
            _anew(row, person_id, found, boxes, aside, frozenset())
            rotated += 1
    return rotated


def _anew(
    row: MergedPerson,
    person_id: int,
    found: DataKey,
    boxes: Boxes,
    aside: Boxes,
    gone: frozenset[str],
) -> None:
    known_as = handles_of(row.merged_id, found.key, found.handles)
    key = replace_person_key(row.merged_id, known_as)
    old, new = AESGCM(found.key), AESGCM(key)
    left = {name: box for name, box in boxes.items() if name not in gone}
    beside = {name: box for name, box in aside.items() if name not in gone}
    row.boxes = sealed.encode(resealed(row.merged_id, left, old, row.merged_id, new))
    row.set_aside = sealed.encode(resealed(person_id, beside, old, person_id, new))
    row.save(update_fields=["boxes", "set_aside"])
