"""Comparing two records, without a value leaving the vault; and which were merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.errors import NotFound
from aboveboard.identity.choosing import ComparedField, compare
from aboveboard.identity.models import MergedPerson
from aboveboard.vault import merging


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
