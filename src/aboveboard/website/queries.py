"""Every read of what visitors chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from aboveboard.ledger import queries as ledger
from aboveboard.website.batches import digest_of_rows
from aboveboard.website.entries import VisitorChoicesKept
from aboveboard.website.models import VisitorChoice


@dataclass(frozen=True, slots=True)
class VisitorChoiceRecord:
    """What a visitor chose last. ``answers``: yes or no, by purpose."""

    at: datetime
    site: str
    promise_serial: int
    answers: Mapping[str, bool]
    proved: bool


@dataclass(frozen=True, slots=True)
class VisitorCounts:
    """How many choices are kept: with their work and without, and how many are under no entry."""

    proved: int
    unproved: int
    waiting: int


def choice_of_visitor(visitor: str) -> VisitorChoiceRecord | None:
    """Return what a visitor chose last, or None where nothing is kept of them."""
    row = VisitorChoice.objects.filter(visitor=visitor).order_by("-id").first()
    if row is None:
        return None
    return VisitorChoiceRecord(row.at, row.site, row.promise_serial, row.answers, row.proved)


def counts() -> VisitorCounts:
    """Return how many choices of visitors are kept."""
    proved = VisitorChoice.objects.filter(proved=True)
    unproved = VisitorChoice.objects.filter(proved=False).count()
    return VisitorCounts(proved.count(), unproved, proved.filter(batch=None).count())


def changed_batches() -> Iterator[str]:
    """Yield a sentence for each batch whose rows are not those of its ledger entry."""
    for entry in ledger.entries_of([VisitorChoicesKept.kind]):
        rows = list(VisitorChoice.objects.filter(batch=entry.id).order_by("id"))
        # All of a batch are deleted together, once their time is over.
        if not rows:
            continue
        facts = VisitorChoicesKept.from_json(entry.facts)
        if (len(rows), digest_of_rows(rows)) != (facts.count, facts.digest):
            yield f"Visitors' choices under entry {entry.id} were changed past the program."
