"""Finding records that may be of one person, and comparing two, without a
value leaving the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from aboveboard.basics.errors import NotFound
from aboveboard.identity.choosing import Compared, compare
from aboveboard.identity.models import MergedPerson
from aboveboard.keys.queries import data_keys
from aboveboard.vault import blind, sealed
from aboveboard.vault.models import BlindIndex, SealedRecord

_KINDS = {number: kind for kind, number in blind.KIND_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that share a look-up of some kinds: the same e-mail address, say,
    however it was spelled."""

    first: int
    second: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataKey:
    """A record with its cipher, inside the vault only."""

    cipher: AESGCM
    boxes: dict[str, sealed.Box]


_PAIRS = f"""
    SELECT one.person_id, other.person_id, one.kind
    FROM {BlindIndex._meta.db_table} AS one
    JOIN {BlindIndex._meta.db_table} AS other
        ON other.digest = one.digest AND other.kind = one.kind AND other.person_id > one.person_id
    WHERE one.person_id > %s OR (one.person_id = %s AND other.person_id > %s)
    ORDER BY one.person_id, other.person_id, one.kind
    LIMIT %s
"""  # noqa: S608 - the table is our own model's; values are parameters


def candidates(*, after: tuple[int, int] = (-1, -1), limit: int = 50) -> Sequence[Pair]:
    """Return pairs of people who share a look-up, in the order of their numbers; nothing is opened.

    ``after``: the two numbers of the last pair of the page before. That two people share an address
    does not make them one: couples do. Somebody has to look.
    """
    kinds = len(_KINDS)
    with connection.cursor() as cursor:
        # Twice, because each look-up is there under two generations while the index key is rotated.
        cursor.execute(_PAIRS, [after[0], after[0], after[1], 2 * limit * kinds])
        rows = cursor.fetchall()
    pairs: dict[tuple[int, int], list[str]] = {}
    for first, second, kind in rows:
        shared = pairs.setdefault((first, second), [])
        if _KINDS[kind] not in shared:
            shared.append(_KINDS[kind])
    return [
        Pair(first, second, tuple(shared))
        for (first, second), shared in list(pairs.items())[:limit]
    ]


def preview(kept: int, merged: int) -> list[Compared]:
    """Compare two records field by field: where each value comes from and whether they
    agree. No value is shown.

    Raises:
        NotFound: one of the two is not held.
    """
    return list(compared(read(kept), kept, read(merged), merged).values())


def read(person_id: int) -> DataKey:
    """Return a person's boxes and cipher, for this room.

    Raises:
        NotFound: they are not held.
    """
    row = SealedRecord.objects.filter(person_id=person_id).values_list("boxes", flat=True).first()
    found = data_keys([person_id]).get(person_id)
    if row is None or found is None:
        raise NotFound(what="person")
    return DataKey(AESGCM(found.key), sealed.decode(bytes(row)))


def compared(one: DataKey, kept: int, other: DataKey, merged: int) -> dict[str, Compared]:
    """Compare two records that are read already, by field."""
    found = {}
    for field in sorted(one.boxes.keys() | other.boxes.keys()):
        mine, theirs = one.boxes.get(field), other.boxes.get(field)
        same = (
            mine is not None
            and theirs is not None
            and sealed.unseal(one.cipher, kept, field, mine)
            == sealed.unseal(other.cipher, merged, field, theirs)
        )
        found[field] = compare(
            field, mine.origin if mine else None, theirs.origin if theirs else None, same=same
        )
    return found


def merges_of(person_id: int) -> Sequence[MergedPerson]:
    """Return every merge into a person there ever was, newest first."""
    return list(MergedPerson.objects.filter(person_id=person_id).order_by("-id"))


def merge_of(merge_id: int) -> MergedPerson:
    """Return one merge.

    Raises:
        NotFound: there is none.
    """
    found = MergedPerson.objects.filter(pk=merge_id).first()
    if found is None:
        raise NotFound(what="merge")
    return found


def latest(*, limit: int = 50) -> Sequence[MergedPerson]:
    """Return the latest merges, newest first."""
    return list(MergedPerson.objects.order_by("-id")[:limit])
