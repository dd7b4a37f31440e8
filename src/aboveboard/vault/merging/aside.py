"""What merges set aside loses a field when the person does."""

from __future__ import annotations

from collections.abc import Collection

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.keys.actions import make_keys
from aboveboard.keys.handles import handles_of, seal
from aboveboard.keys.models import PersonKey
from aboveboard.keys.queries import opened
from aboveboard.vault import sealed
from aboveboard.vault.keeping.rekeying import resealed
from aboveboard.vault.merging.models import MergedPerson


def erase_fields(person_id: int, fields: Collection[str]) -> None:
    """Erase fields from all that was set aside by merges into a person, and give it a fresh key, as the person's own record gets.

    Inside the transaction of the erasure, with the person held.
    """
    for row in MergedPerson.objects.filter(person_id=person_id, split_at__isnull=True, boxes__isnull=False):
        boxes, aside = sealed.decode(bytes(row.boxes or b"")), sealed.decode(bytes(row.set_aside or b""))
        found = opened([row.merged_id]).get(row.merged_id)
        if found is None or not (boxes.keys() | aside.keys()) & set(fields):
            continue
        ((_, key, wrapped),) = make_keys([row.merged_id])
        old, new = AESGCM(found.key), AESGCM(key)
        known_as = handles_of(row.merged_id, found.key, found.handles)
        PersonKey.objects.filter(person_id=row.merged_id).update(wrapped=wrapped, handles=seal(row.merged_id, key, known_as))
        left = {name: box for name, box in boxes.items() if name not in fields}
        beside = {name: box for name, box in aside.items() if name not in fields}
        row.boxes = sealed.encode(resealed(row.merged_id, left, old, row.merged_id, new))
        row.set_aside = sealed.encode(resealed(person_id, beside, old, person_id, new))
        row.save(update_fields=["boxes", "set_aside"])
