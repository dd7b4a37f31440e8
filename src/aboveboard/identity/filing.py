"""The look-ups of two records that become one, and of one that becomes two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.canonical import Json
from aboveboard.vault import blind, generations, sealed
from aboveboard.vault.models import BlindIndex, Person

Filed = set[tuple[int, int, bytes]]
"""Kind number, generation of the index key, and digest."""


def move(kept: int, merged: int) -> Json:
    """Let every look-up of the merged record find the person kept; return each with whether
    it found both before."""
    mine, theirs = _filed(kept), _filed(merged)
    BlindIndex.objects.filter(person_id=merged).delete()
    _file(kept, theirs - mine)
    return [[one[0], one[2].hex(), one in mine, one[1]] for one in sorted(theirs)]


def part(
    kept: int,
    merged: int,
    moved: Iterable[Sequence[Any]],
    changed: Filed,
    *,
    of_kept: Filed,
    of_merged: Filed,
) -> None:
    """File each record under what is its own again.

    ``moved``: what :func:`move` returned; what no longer finds the person was corrected or
    erased since, and stays away. ``changed``: what the values that go with the merged
    record are filed under since; ``of_kept``, ``of_merged``: what the values that each
    record has now are filed under.
    """
    now = _filed(kept)
    back = {
        (kind, rest[0] if rest else 0, bytes.fromhex(digest)): shared
        for kind, digest, shared, *rest in moved
    }
    theirs = {one for one in back if one in now} | changed | of_merged
    going = {one for one, shared in back.items() if not shared} | changed
    for kind, _, digest in going - of_kept:
        BlindIndex.objects.filter(person_id=kept, kind=kind, digest=digest).delete()
    _file(kept, of_kept - now)
    _file(merged, theirs)


def filed_under(
    person_id: int, boxes: Mapping[str, sealed.Box], cipher: AESGCM, kinds: Mapping[str, str]
) -> Filed:
    """Return what a person's values are filed under, by the kinds that they have."""
    written = generations.written()
    region = Person.objects.values_list("jurisdiction", flat=True).get(id=person_id)[:2]
    found: Filed = set()
    for field, box in boxes.items():
        kind = kinds.get(field, "")
        number = blind.number_of(kind)
        if number is not None:
            value = sealed.unseal(cipher, person_id, field, box)
            found.update(
                (number, generation, digest)
                for generation, digest in blind.filed(kind, value, (region,), written)
            )
    return found


def _filed(person_id: int) -> Filed:
    rows = BlindIndex.objects.filter(person_id=person_id).values_list(
        "kind", "generation", "digest"
    )
    return {(kind, generation, bytes(digest)) for kind, generation, digest in rows}


def _file(person_id: int, filed: Filed) -> None:
    BlindIndex.objects.bulk_create(
        BlindIndex(person_id=person_id, kind=kind, generation=generation, digest=digest)
        for kind, generation, digest in sorted(filed)
    )
