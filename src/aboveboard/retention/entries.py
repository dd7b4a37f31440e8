"""The ledger entries of holds, restrictions and sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aboveboard.basics.facts import (
    Digest,
    Facts,
    NothingToRestore,
    OnRestore,
    RepeatOnRestore,
    SealedFact,
    named_fact,
)
from aboveboard.retention.reasons import HoldReason, RestrictionReason


@dataclass(frozen=True, slots=True)
class HoldPlaced(Facts):
    """A legal hold was placed for the case ``reference``; None: until somebody ends it."""

    kind: ClassVar[str] = "hold.placed"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the hold was placed again")

    why: HoldReason
    reference: SealedFact
    until: datetime | None


@dataclass(frozen=True, slots=True)
class HoldReleased(Facts):
    """A hold was released. ``placed``: the entry that placed it; ``reference``: the decision."""

    kind: ClassVar[str] = "hold.released"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the hold was released again")

    placed: int
    reference: SealedFact


@dataclass(frozen=True, slots=True)
class RestrictionPlaced(Facts):
    """Processing was restricted for the case ``reference``; None: until somebody lifts it."""

    kind: ClassVar[str] = "restriction.placed"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("processing was restricted again")

    why: RestrictionReason
    reference: SealedFact
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RestrictionLifted(Facts):
    """A restriction was lifted. ``placed``: the entry that placed it; ``reference``: the letter or
    call by which the person was informed before."""

    kind: ClassVar[str] = "restriction.lifted"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the restriction was lifted again")

    placed: int
    reference: SealedFact


@dataclass(frozen=True, slots=True)
class SweepReviewed(Facts):
    """A review found what may no longer be kept. ``digest`` binds the rows; ``suspended``: people
    whose data has lapsed and must wait."""

    kind: ClassVar[str] = "sweep.reviewed"
    on_restore: ClassVar[OnRestore] = NothingToRestore("a review changes nothing")

    sweep: int
    promise: int
    digest: Digest
    people: int
    suspended: int
    people_reviewed: int = named_fact("looked_at")


@dataclass(frozen=True, slots=True)
class SweepDone(Facts):
    """The last row of a sweep was done."""

    kind: ClassVar[str] = "sweep.done"
    on_restore: ClassVar[OnRestore] = NothingToRestore("what it erased has entries of its own")

    sweep: int
    digest: Digest
