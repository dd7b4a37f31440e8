"""Reading sweeps: the runs, what each found, and every row behind every number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from aboveboard.access.lapse import WORDS
from aboveboard.basics.errors import NotFound
from aboveboard.retention.models import Sweep, SweepRow
from aboveboard.retention.records import (
    SweepRecord,
    SweepRowRecord,
    sweep_record,
    sweep_row_record,
)
from aboveboard.retention.sweep import suspending
from aboveboard.retention.sweep.erasing import FIELDS, GONE, NO_LONGER, PERSON

__all__ = [
    "LapsedCount",
    "SweepRecord",
    "SweepRowRecord",
    "outcome_words",
    "outcomes",
    "page",
    "report",
    "rows",
    "sweep",
    "sweeps",
]

_OUTCOMES: Final = {
    "": "not erased yet",
    FIELDS: "these fields were erased",
    PERSON: "the whole record was erased",
    NO_LONGER: "kept: a purpose allows it again",
    GONE: "erased on request in the meantime",
}


@dataclass(frozen=True, slots=True)
class LapsedCount:
    """In how many records this field has lapsed for this purpose, and why."""

    field: str
    purpose: str
    why: str
    people: int


def outcome_words() -> dict[str, str]:
    """Return each outcome of a row, with the words that staff read."""
    return {**_OUTCOMES, **suspending.reason_words()}


def sweeps(*, limit: int = 50) -> Sequence[SweepRecord]:
    """Return the latest sweeps, newest first."""
    return [sweep_record(row) for row in Sweep.objects.order_by("-id")[:limit]]


def sweep(sweep_id: int) -> SweepRecord:
    """Return one sweep.

    Raises:
        NotFound: there is no such sweep.
    """
    row = Sweep.objects.filter(pk=sweep_id).first()
    if row is None:
        raise NotFound(what="sweep")
    return sweep_record(row)


def report(sweep: SweepRecord) -> list[LapsedCount]:
    """Return what the review found, by field, purpose and reason."""
    lines = []
    for key, people in sorted(sweep.counts.get("whys", {}).items()):
        field, purpose, why = key.split(" ")
        lines.append(LapsedCount(field, purpose, WORDS[why], people))
    return lines


def outcomes(sweep_id: int) -> dict[str, int]:
    """Return how many rows came to what, by the code of the outcome; "" for those that wait."""
    rows = (
        SweepRow.objects.filter(sweep_id=sweep_id)
        .values("outcome")
        .annotate(people=Count("id"))
        .order_by("outcome")
    )
    return {row["outcome"]: row["people"] for row in rows}


def page(
    sweep_id: int, *, outcome: str | None = None, after: int = 0, limit: int = 50
) -> Sequence[SweepRowRecord]:
    """Return a page of rows in the order of review; ``after`` is the id of the last
    row of the page before."""
    rows = SweepRow.objects.filter(sweep_id=sweep_id, id__gt=after)
    wanted = rows if outcome is None else rows.filter(outcome=outcome)
    return [sweep_row_record(row) for row in wanted.order_by("id")[:limit]]


def rows(sweep_id: int) -> Iterator[SweepRowRecord]:
    """Yield every row of a sweep, streamed."""
    streamed = SweepRow.objects.filter(sweep_id=sweep_id).order_by("id")
    yield from map(sweep_row_record, streamed.iterator(chunk_size=2_000))
