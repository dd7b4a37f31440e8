"""Which record each field comes from when two become one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aboveboard.basics.errors import Invalid
from aboveboard.vault.origin import ValueOrigin


class RecordSide(StrEnum):
    """One of the two records: the one whose number stays, or the one that is merged into it."""

    KEPT = "kept"
    MERGED = "merged"


class FieldLikeness(StrEnum):
    """How the two records stand to each other in one field."""

    ONLY_KEPT = "only_kept"
    ONLY_MERGED = "only_merged"
    SAME = "same"
    DIFFERS = "differs"


class NotHeldThere(Invalid):
    """That record holds no {field}, so its value cannot win."""

    code = "not_held_there"
    next_step = "Choose the other record for it, or look at the preview again."


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of the two records: where each value comes from, whether they agree, and which wins
    unless told otherwise."""

    field: str
    likeness: FieldLikeness
    kept: ValueOrigin | None
    merged: ValueOrigin | None
    newer: RecordSide


def compare(
    field: str, kept: ValueOrigin | None, merged: ValueOrigin | None, *, same: bool
) -> ComparedField:
    """Compare one field that at least one of the two holds. The newer value wins; of equal age,
    that of the record kept."""
    if merged is None or kept is None:
        only = merged is None
        return ComparedField(
            field,
            FieldLikeness.ONLY_KEPT if only else FieldLikeness.ONLY_MERGED,
            kept,
            merged,
            RecordSide.KEPT if only else RecordSide.MERGED,
        )
    newer = (
        RecordSide.MERGED if _is_later(merged.collected_at, kept.collected_at) else RecordSide.KEPT
    )
    return ComparedField(
        field, FieldLikeness.SAME if same else FieldLikeness.DIFFERS, kept, merged, newer
    )


def resolve_sides(
    compared: Mapping[str, ComparedField], chosen: Mapping[str, RecordSide]
) -> dict[str, RecordSide]:
    """Return which record each field comes from: as chosen, else the newer; a value that only
    one holds is never lost.

    Raises:
        NotHeldThere: somebody chose a record that does not hold the field.
    """
    for field, side in chosen.items():
        pair = compared.get(field)
        # Refused and not passed over: whoever chose a value believes that it will be there.
        if pair is None or (pair.kept if side is RecordSide.KEPT else pair.merged) is None:
            raise NotHeldThere(field=field, found=field, fix="")
    return {field: chosen.get(field, pair.newer) for field, pair in sorted(compared.items())}


def _is_later(moment: datetime | None, other: datetime | None) -> bool:
    """Whether a moment is later than another; one that nobody recorded is the earliest."""
    return moment is not None and (other is None or moment > other)
