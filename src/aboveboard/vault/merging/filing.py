"""The look-ups of two records that become one, and of one that becomes two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.canonical import Json
from aboveboard.vault import blind, sealed
from aboveboard.vault.models import BlindIndex, Person

Filed = set[tuple[int, bytes]]
"""Kind number and digest."""


def move(kept: int, merged: int) -> Json:
    """Let every look-up of the merged record find the person kept; return each with whether it found both before."""
    mine, theirs = _filed(kept), _filed(merged)
    BlindIndex.objects.filter(person_id=merged).delete()
    _file(kept, theirs - mine)
    return [[kind, digest.hex(), (kind, digest) in mine] for kind, digest in sorted(theirs)]


def part(
    kept: int, merged: int, moved: Iterable[tuple[int, str, bool]], changed: Filed, *, of_kept: Filed, of_merged: Filed
) -> None:  # fmt: skip
    """File each record under what is its own again.

    ``moved``: what :func:`move` returned; what no longer finds the person was corrected or erased since, and stays away.
    ``changed``: what the values that go with the merged record are filed under since; ``of_kept``, ``of_merged``: what the
    values that each record has now are filed under.
    """
    now = _filed(kept)
    back = {(kind, bytes.fromhex(digest)): shared for kind, digest, shared in moved}
    theirs = {one for one in back if one in now} | changed | of_merged
    going = {one for one, shared in back.items() if not shared} | changed
    for kind, digest in going - of_kept:
        BlindIndex.objects.filter(person_id=kept, kind=kind, digest=digest).delete()
    _file(kept, of_kept - now)
    _file(merged, theirs)


def filed_under(person_id: int, boxes: Mapping[str, sealed.Box], cipher: AESGCM, kinds: Mapping[str, str]) -> Filed:
    """Return what a person's values are filed under, by the kinds that they have."""
    region = Person.objects.values_list("jurisdiction", flat=True).get(id=person_id)[:2]
    found: Filed = set()
    for field, box in boxes.items():
        kind = kinds.get(field, "")
        number = blind.number_of(kind)
        if number is not None:
            value = sealed.unseal(cipher, person_id, field, box)
            found.update((number, digest) for digest in blind.digests(kind, value, (region,)))
    return found


def _filed(person_id: int) -> Filed:
    return {(kind, bytes(digest)) for kind, digest in BlindIndex.objects.filter(person_id=person_id).values_list("kind", "digest")}


def _file(person_id: int, filed: Filed) -> None:
    BlindIndex.objects.bulk_create(BlindIndex(person_id=person_id, kind=kind, digest=digest) for kind, digest in sorted(filed))
