"""What people are filed under in the blind index, when two records become one and when they become
two again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.canonical import Json
from aboveboard.vault import blind, generations, sealed
from aboveboard.vault.models import Alias, BlindIndex, Person

LookUps = set[tuple[int, int, bytes]]
"""Kind number, generation of the index key, and digest."""


def homes(person_id: int) -> dict[int, str]:
    """Return the country of each record that is this person's, their own first, by its number: a
    phone number without its country code is filed as the country of its record dials it, and may
    be of any that was merged into theirs."""
    own = Person.objects.values_list("jurisdiction", flat=True).get(id=person_id)
    merged = Alias.objects.filter(person_id=person_id).order_by("at", "merged_id")
    return {person_id: own[:2]} | {
        alias.merged_id: alias.facets["jurisdiction"][:2] for alias in merged if alias.authentic
    }


def refile(person_id: int, *, gone: LookUps, new: LookUps) -> None:
    """File a person under ``new`` too, and no longer under ``gone``."""
    for kind, _, digest in gone:
        BlindIndex.objects.filter(person_id=person_id, kind=kind, digest=digest).delete()
    _file(person_id, new - _look_ups(person_id))


def move_look_ups(kept: int, merged: int) -> Json:
    """Let every look-up of the merged record find the person kept; return each, with whether it
    found both before."""
    mine, theirs = _look_ups(kept), _look_ups(merged)
    # Moved and not left beside: an address of both would else find two people where there is one.
    BlindIndex.objects.filter(person_id=merged).delete()
    _file(kept, theirs - mine)
    return [
        [kind, digest.hex(), (kind, generation, digest) in mine, generation]
        for kind, generation, digest in sorted(theirs)
    ]


def split_look_ups(
    kept: int,
    merged: int,
    moved: Iterable[Sequence[Any]],
    changed: LookUps,
    *,
    of_kept: LookUps,
    of_merged: LookUps,
) -> None:
    """File each record under what is its own again.

    ``moved``: what :func:`move_look_ups` returned. ``changed``: what the values that go with the
    merged record are filed under since. ``of_kept``, ``of_merged``: what the values that each
    record has now are filed under.
    """
    now = _look_ups(kept)
    shared_by = {
        (kind, generation, bytes.fromhex(digest)): shared
        for kind, digest, shared, generation in moved
    }
    # A look-up that no longer finds the person was corrected or erased since, and stays away.
    theirs = {look_up for look_up in shared_by if look_up in now} | changed | of_merged
    going = {look_up for look_up, shared in shared_by.items() if not shared} | changed
    for kind, _, digest in going - of_kept:
        BlindIndex.objects.filter(person_id=kept, kind=kind, digest=digest).delete()
    _file(kept, of_kept - now)
    _file(merged, theirs)


def look_ups_of_values(
    person_id: int,
    boxes: Mapping[str, sealed.SealedField],
    cipher: AESGCM,
    kinds: Mapping[str, str],
    *,
    regions: Collection[str] | None = None,
    digests: Callable[..., set[tuple[int, bytes]]] = blind.filing_digests,
) -> LookUps:
    """Return what a person's values are filed under, by the kinds that they have: as their own
    country dials, or as any of ``regions``. With ``blind.search_digests``, also what an earlier
    version filed them under."""
    written = generations.written_generations()
    if regions is None:
        regions = [homes(person_id)[person_id]]
    look_ups: LookUps = set()
    for field, box in boxes.items():
        kind = kinds.get(field, "")
        number = blind.number_of(kind)
        if number is not None:
            value = sealed.unseal(cipher, person_id, field, box)
            look_ups.update(
                (number, generation, digest)
                for generation, digest in digests(kind, value, regions, written)
            )
    return look_ups


def _look_ups(person_id: int) -> LookUps:
    rows = BlindIndex.objects.filter(person_id=person_id).values_list(
        "kind", "generation", "digest"
    )
    return {(kind, generation, bytes(digest)) for kind, generation, digest in rows}


def _file(person_id: int, look_ups: LookUps) -> None:
    BlindIndex.objects.bulk_create(
        BlindIndex(person_id=person_id, kind=kind, generation=generation, digest=digest)
        for kind, generation, digest in sorted(look_ups)
    )
