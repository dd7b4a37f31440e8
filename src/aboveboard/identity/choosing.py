"""Which record each field comes from when two become one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aboveboard.basics.errors import Invalid
from aboveboard.vault.origin import Origin


class Side(StrEnum):
    """One of the two records: the one whose number stays, or the one that is merged into it."""

    KEPT = "kept"
    MERGED = "merged"


class Likeness(StrEnum):
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
class Compared:
    """One field of the two records: where each value comes from, whether they agree, and which wins
    unless told otherwise."""

    field: str
    likeness: Likeness
    kept: Origin | None
    merged: Origin | None
    newer: Side


def compare(field: str, kept: Origin | None, merged: Origin | None, *, same: bool) -> Compared:
    """Compare one field that at least one of the two holds. The newer value wins; of equal age,
    that of the record kept."""
    if merged is None or kept is None:
        only = merged is None
        return Compared(
            field,
            Likeness.ONLY_KEPT if only else Likeness.ONLY_MERGED,
            kept,
            merged,
            Side.KEPT if only else Side.MERGED,
        )
    newer = Side.MERGED if _later(merged.collected_at, kept.collected_at) else Side.KEPT
    return Compared(field, Likeness.SAME if same else Likeness.DIFFERS, kept, merged, newer)


def winners(compared: Mapping[str, Compared], chosen: Mapping[str, Side]) -> dict[str, Side]:
    """Return which record each field comes from: as chosen, else the newer; a value that only
    one holds is never lost.

    Raises:
        NotHeldThere: somebody chose a record that does not hold the field.
    """
    for field, side in chosen.items():
        pair = compared.get(field)
        if pair is None or (pair.kept if side is Side.KEPT else pair.merged) is None:
            raise NotHeldThere(field=field, found=field, fix="")
    return {field: chosen.get(field, pair.newer) for field, pair in sorted(compared.items())}


def _later(moment: datetime | None, other: datetime | None) -> bool:
    """Whether a moment is later than another; one that nobody recorded is the earliest."""
    return moment is not None and (other is None or moment > other)
