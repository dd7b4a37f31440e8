"""One decision about everybody, set-wise: people about whom it must come out alike are one class,
the caller decides about one of each, and everybody gets the decision of their class.

Nothing here knows what is decided, or why: the caller says it for an example of each class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines.duck import atomic_path, engine, statement
from aboveboard.engines.snapshot import write_rows

COLUMNS: Final = {
    "person_id": "BIGINT",
    "held": "TINYINT",
    "answer": "TINYINT",
    "alone": "TINYINT",
    "answered_at": "BIGINT",
    "restricted_since": "BIGINT",
    "claim": "TINYINT",
    "began": "BIGINT",
    "kept_out": "TINYINT",
    "unconfirmed": "TINYINT",
}
"""What is known of each person: whether they are held, their answer (0 none, 1 yes, 2 no, 3 a no
that was met), whether nobody but the asker recorded it, when it was given, since when their use is
restricted, whether a claim holds their data, when it began to be kept, whether they keep who asks
out (1), died (2), or both (3), and whether they must still confirm their address. Moments are
microseconds since 1970; the others are 0 or 1."""
CLASSES: Final = 1536
"""Classes that there are (``contact_classes.sql``)."""

FactRow = tuple[int | None, ...]
"""A value for each of :data:`COLUMNS`, in order."""


@dataclass(frozen=True, slots=True)
class ContactClass:
    """How many people are decided about alike, and the number of one of them."""

    number: int
    people: int
    example: int


Judge = Callable[[Sequence[ContactClass]], Mapping[int, int]]
"""Returns for each class, by its number, what is decided about its example: 0 to 255."""


def write_facts(rows: Iterable[FactRow], path: Path) -> None:
    """Write what is known of everybody as Parquet, whole or not at all."""
    write_rows(rows, path, COLUMNS)


def decide_everybody(
    facts: Path, decided: Path, *, cutoff: int | None, judge: Judge
) -> list[ContactClass]:
    """Decide about everybody in ``facts`` and write ``decided``: a person and a decision each.

    ``cutoff``: what began to be kept then or before may be kept no longer (microseconds since
    1970); None where nothing ever ends.
    """
    with engine() as duck:
        duck.execute(statement("contact_classes"), {"facts": str(facts), "cutoff": cutoff})
        classes = [
            ContactClass(*row) for row in duck.execute(statement("contact_counts")).fetchall()
        ]
        known = judge(classes)
        decisions = [known.get(number, 0) for number in range(CLASSES)]
        with atomic_path(decided) as part:
            duck.sql(statement("contact_decided"), params={"decisions": decisions}).write_parquet(
                str(part)
            )
    return classes


def iter_decided(decided: Path, decisions: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield everybody about whom one of these was decided, with what was, in ascending order of
    their numbers; in pages."""
    after = -1
    with engine() as duck:
        while True:
            page = duck.execute(
                statement("contact_page"),
                {
                    "decided": str(decided),
                    "decisions": sorted(decisions),
                    "after": after,
                    "limit": PAGE_SIZE * 1_000,
                },
            ).fetchall()
            yield from page
            if not page:
                return
            after = page[-1][0]
