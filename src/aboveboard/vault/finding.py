"""Finding people by an identifier, through the blind index: nothing in the clear is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aboveboard.keys.queries import SecretMissing
from aboveboard.vault import blind, generations, prepared
from aboveboard.vault.models import IndexGenerations

IdentifierAsked = tuple[str, str, Sequence[str | None]]
"""A kind, a value as someone typed it, and the regions in which a phone is tried."""

# One statement for both, so that the answer and the generation are of one moment.
_FIND = f"""
    SELECT digest, person_id FROM {prepared.BLIND_INDEX} WHERE kind = %s AND digest {{some}}
    UNION ALL
    SELECT NULL, searched FROM {IndexGenerations._meta.db_table}
"""  # noqa: S608 - the tables are our own; values are parameters


def find(kind: str, value: str, *, regions: Iterable[str | None] = (None,)) -> list[int]:
    """Return the people whose ``kind`` is ``value``, however it was spelled."""
    return find_each([(kind, value, tuple(regions))])[0]


def find_each(asked: Sequence[IdentifierAsked]) -> list[list[int]]:
    """Return everyone known by each identifier, in ascending order. One statement for each kind,
    however many there are.
    """
    # Each statement says, of the moment that it saw, which generation of the index key was whole.
    # If it was another than the digests were made with, all is asked again: nobody is missed
    # because the key was changed on the way.
    while True:
        used = generations.guess()
        try:
            digests = [
                blind.digests(kind, value, regions, used.searched) for kind, value, regions in asked
            ]
        except SecretMissing:
            if generations.current() == used:
                raise
            continue
        people: dict[tuple[str, bytes], list[int]] = {}
        current = True
        for kind in sorted({kind for kind, _, _ in asked}):
            wanted = {
                digest
                for (of_kind, _, _), forms in zip(asked, digests, strict=True)
                if of_kind == kind
                for digest in forms
            }
            if wanted and _find(kind, sorted(wanted), people) != used.searched:
                current = False
                break
        if current:
            return [
                sorted({person for digest in forms for person in people.get((kind, digest), ())})
                for (kind, _, _), forms in zip(asked, digests, strict=True)
            ]
        generations.current()


def _find(kind: str, digests: Sequence[bytes], people: dict[tuple[str, bytes], list[int]]) -> int:
    """Add who is known by each digest to ``people``; return the generation that was whole at that
    moment."""
    searched = 0
    for digest, number in prepared.ask(_FIND, blind.number_of(kind), digests):
        if digest is None:
            searched = number
        else:
            people.setdefault((kind, bytes(digest)), []).append(number)
    return searched
