"""What one exposure set says that another did not: who was added, who is gone, and of whom more or
less is exposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines import limits
from aboveboard.engines.duck import engine, statement


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """One person of whom two sets say something else: bitmaps of what was exposed before and what
    is now, and of what can newly be read of theirs; and how certain either is (``FORMAT.md``), 0
    where they are not in that set."""

    person_id: int
    change: str
    before: int
    now: int
    newly: int
    sure_before: int = 0
    sure_now: int = 0


def count_changes(before: Path, now: Path) -> dict[str, int]:
    """Return how many people were ``added``, are ``gone``, have ``more`` or ``less`` exposed, or of
    whom only the certainty is another: ``surer`` or ``less_sure``."""
    with engine() as duck:
        duck.execute(statement("changed"), {"before": str(before), "now": str(now)})
        return dict(duck.execute(statement("changed_counts")).fetchall())


def page(
    before: Path, now: Path, *, change: str | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> list[ChangedPerson]:
    """Return up to ``limit`` people after the person ``after``, all or those of one change."""
    with engine() as duck:
        duck.execute(statement("changed"), {"before": str(before), "now": str(now)})
        asked = {"change": change, "after": after, "limit": limit}
        rows = duck.execute(statement("changed_page"), asked).fetchall()
    return [ChangedPerson(*row) for row in rows]


def everyone(before: Path, now: Path, *, change: str | None = None) -> Iterator[ChangedPerson]:
    """Yield all of them, read once and fetched in batches."""
    with engine() as duck:
        duck.execute(statement("changed"), {"before": str(before), "now": str(now)})
        asked = {"change": change, "after": 0, "limit": 2**62}
        rows = duck.execute(statement("changed_page"), asked)
        while batch := rows.fetchmany(limits.ENGINE_BATCH):
            yield from (ChangedPerson(*row) for row in batch)
