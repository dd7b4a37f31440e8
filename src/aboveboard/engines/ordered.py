"""A page of an exposure set in the order that somebody asks for, and how many people it is of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines.duck import engine, statement
from aboveboard.engines.listing import ExposureFilter, ExposureRow

_AFTER = "after"  # where a page by number begins: here the order says where


@dataclass(frozen=True, slots=True)
class ExposureOrder:
    """Who is wanted of an exposure set, and in which order.

    ``person_id``: that person alone. ``chosen``: those of ``people``, or where it is False all
    others; None for all. ``by_severity``: 1 rising, -1 falling, 0 not at all; people of one band
    follow by number, rising or, where ``by_number`` is -1, falling. ``after``: the severity and the
    number of the last person of the page before.
    """

    which: ExposureFilter = field(default_factory=ExposureFilter)
    person_id: int | None = None
    chosen: bool | None = None
    people: Collection[int] = ()
    by_severity: int = 0
    by_number: int = 1
    after: tuple[int, int] | None = None


def ordered_page(
    exposure: Path, order: ExposureOrder, *, limit: int = PAGE_SIZE
) -> tuple[list[ExposureRow], int]:
    """Return up to ``limit`` people, and how many there are on all pages."""
    wanted: dict[str, Any] = {
        name: getattr(order.which, name) for name in ExposureFilter.__slots__ if name != _AFTER
    } | {"exposure": str(exposure), "person_id": order.person_id, "chosen": order.chosen}
    severity, number = order.after or (None, None)
    page = wanted | {
        "by_severity": order.by_severity,
        "by_number": order.by_number,
        "after_severity": None if severity is None else severity * order.by_severity,
        "after_number": None if number is None else number * order.by_number,
        "limit": limit,
    }
    with engine() as duck:
        duck.execute(
            "CREATE TABLE chosen AS SELECT unnest($people::BIGINT[]) AS person_id",
            {"people": list(order.people)},
        )
        rows = duck.execute(statement("ordered"), page).fetchall()
        [(count,)] = duck.execute(statement("ordered_count"), wanted).fetchall()
    return [ExposureRow(*row) for row in rows], int(count)
