"""Finding records that may be of one person, and comparing two, without a
value leaving the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from aboveboard.basics.errors import NotFound
from aboveboard.identity.choosing import ComparedField, compare
from aboveboard.identity.models import MergedPerson
from aboveboard.vault import blind, merging, prepared

_KINDS = {number: kind for kind, number in blind.KIND_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """Two records that share a look-up of some kinds: the same e-mail address, say,
    however it was spelled."""

    first: int
    second: int
    kinds: tuple[str, ...]


_PAIRS = f"""
    SELECT low.person_id, high.person_id, low.kind
    FROM {prepared.BLIND_INDEX} AS low
    JOIN {prepared.BLIND_INDEX} AS high
        ON high.digest = low.digest AND high.kind = low.kind
        AND high.person_id > low.person_id
    WHERE low.person_id > %s OR (low.person_id = %s AND high.person_id > %s)
    ORDER BY low.person_id, high.person_id, low.kind
    LIMIT %s
"""  # noqa: S608 - the table is the vault's; values are parameters


def candidates(*, after: tuple[int, int] = (-1, -1), limit: int = 50) -> Sequence[MatchedPair]:
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
        MatchedPair(first, second, tuple(shared))
        for (first, second), shared in list(pairs.items())[:limit]
    ]


def preview(kept: int, merged: int) -> list[ComparedField]:
    """Compare two records field by field: where each value comes from and whether they agree. No
    value is shown.

    Raises:
        NotFound: one of the two is not held.
    """
    return [
        compare(field, pair.kept, pair.merged, same=pair.same)
        for field, pair in merging.compare(kept, merged).items()
    ]


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """One merge: ``merged_id`` leads to ``person_id`` since ``at``, or did until ``split_at``.

    ``undoable``: its undo data is still there.
    """

    id: int
    person_id: int
    merged_id: int
    reference: str
    at: datetime
    split_at: datetime | None
    undoable: bool


def merges_of(person_id: int) -> Sequence[MergeRecord]:
    """Return every merge into a person there ever was, newest first."""
    rows = MergedPerson.objects.filter(person_id=person_id).order_by("-id")
    return [record_of(row) for row in rows]


def merge_of(merge_id: int) -> MergeRecord:
    """Return one merge.

    Raises:
        NotFound: there is none.
    """
    row = MergedPerson.objects.filter(pk=merge_id).first()
    if row is None:
        raise NotFound(what="merge")
    return record_of(row)


def latest_merges(*, limit: int = 50) -> Sequence[MergeRecord]:
    """Return the latest merges, newest first."""
    return [record_of(row) for row in MergedPerson.objects.order_by("-id")[:limit]]


def record_of(row: MergedPerson) -> MergeRecord:
    """Return a row as others read it: without the sealed boxes."""
    return MergeRecord(
        row.pk,
        row.person_id,
        row.merged_id,
        row.reference,
        row.at,
        row.split_at,
        undoable=row.merged_boxes is not None,
    )
