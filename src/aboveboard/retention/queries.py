"""Reading holds and restrictions: of one person for a page, of many in one statement for a set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from aboveboard.retention.models import Hold, Restriction
from aboveboard.retention.records import (
    HoldRecord,
    RestrictionRecord,
    hold_record,
    restriction_record,
)
from aboveboard.vault.aliases import numbers_of
from aboveboard.vault.holds import is_open
from aboveboard.vault.queries import people

__all__ = [
    "NOTHING_OPEN",
    "HoldRecord",
    "RestrictionRecord",
    "RetentionStatus",
    "holds",
    "open_holds",
    "open_restrictions",
    "restrictions",
    "retention_statuses",
]


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """Whether a legal hold and a restriction are open on a person at a moment."""

    held_by_law: bool
    restricted: bool


NOTHING_OPEN = RetentionStatus(held_by_law=False, restricted=False)


def retention_statuses(person_ids: Collection[int], *, at: datetime) -> dict[int, RetentionStatus]:
    """Return what is open on each of these people, in one statement; the unknown are absent.

    A use has it in the record that it fetched already.
    """
    return {
        person.id: RetentionStatus(
            is_open(person.held_until, at), is_open(person.restricted_until, at)
        )
        for person in people(person_ids).values()
    }


def is_unended(row: Hold | Restriction) -> bool:
    """Whether nobody has ended it. One that was changed past the program stands: it may have been
    ended by whoever changed it."""
    return row.ended_at is None or not row.authentic


def end_date(row: Hold | Restriction) -> datetime | None:
    """Return when it ends by itself; None: when somebody ends it."""
    return row.until if row.authentic else None


def holds(person_id: int) -> Sequence[HoldRecord]:
    """Return every hold there ever was on a person, newest first."""
    rows = Hold.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id")
    return [hold_record(row) for row in rows]


def restrictions(person_id: int) -> Sequence[RestrictionRecord]:
    """Return every restriction there ever was of a person, newest first."""
    rows = Restriction.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id")
    return [restriction_record(row) for row in rows]


def open_holds(*, at: datetime) -> Sequence[HoldRecord]:
    """Return the holds that stand at a moment, oldest first: the list that somebody must go
    through now and then."""
    return [
        hold_record(row)
        for row in Hold.objects.order_by("at", "id")
        if is_unended(row) and ((end := end_date(row)) is None or at < end)
    ]


def open_restrictions(*, at: datetime) -> Sequence[RestrictionRecord]:
    """Return the restrictions that stand at a moment, oldest first."""
    return [
        restriction_record(row)
        for row in Restriction.objects.order_by("at", "id")
        if is_unended(row) and ((end := end_date(row)) is None or at < end)
    ]
