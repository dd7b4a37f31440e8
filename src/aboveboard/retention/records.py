"""What other packages read of holds, restrictions and sweeps: frozen copies of rows, so that only
this package can change one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aboveboard.retention.reasons import HoldReason, RestrictionReason

if TYPE_CHECKING:
    from aboveboard.retention.models import Hold, Restriction, Sweep, SweepRow


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A legal hold, open or released. ``until`` None: until somebody releases it."""

    id: int
    person_id: int
    why: HoldReason
    reference: str
    entry_id: int
    at: datetime
    until: datetime | None
    ended_at: datetime | None
    ended_reference: str


@dataclass(frozen=True, slots=True)
class RestrictionRecord:
    """A restriction of processing, open or lifted; ``ended_reference`` says how the person was
    informed before (GDPR Art. 18(3))."""

    id: int
    person_id: int
    why: RestrictionReason
    reference: str
    entry_id: int
    at: datetime
    until: datetime | None
    ended_at: datetime | None
    ended_reference: str


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """One review of everybody's fields, and the erasure that followed it, if any. ``counts`` as
    ``retention.sweep.counting`` writes them."""

    id: int
    promise_serial: int
    begun_at: datetime
    people_reviewed: int
    counts: Mapping[str, Mapping[str, int]]
    digest: str
    reviewed_at: datetime | None
    erasing_at: datetime | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class SweepRowRecord:
    """What a sweep found of one person, and its outcome. ``person_id`` None: erased whole."""

    id: int
    person_id: int | None
    fields: Mapping[str, Mapping[str, str]]
    whole: bool
    outcome: str
    at: datetime | None


def hold_record(row: Hold) -> HoldRecord:
    """Return what others read of a hold."""
    return HoldRecord(
        row.pk,
        row.person_id,
        HoldReason(row.why),
        row.reference,
        row.entry_id,
        row.at,
        row.until,
        row.ended_at,
        row.ended_reference,
    )


def restriction_record(row: Restriction) -> RestrictionRecord:
    """Return what others read of a restriction."""
    return RestrictionRecord(
        row.pk,
        row.person_id,
        RestrictionReason(row.why),
        row.reference,
        row.entry_id,
        row.at,
        row.until,
        row.ended_at,
        row.ended_reference,
    )


def sweep_record(row: Sweep) -> SweepRecord:
    """Return what others read of a sweep."""
    return SweepRecord(
        row.pk,
        row.promise_serial,
        row.begun_at,
        row.people_reviewed,
        row.counts,
        row.digest,
        row.reviewed_at,
        row.erasing_at,
        row.erased_at,
    )


def sweep_row_record(row: SweepRow) -> SweepRowRecord:
    """Return what others read of a row of a sweep."""
    return SweepRowRecord(row.pk, row.person_id, row.fields, row.whole, row.outcome, row.at)
