"""What was found, beside what the promise says: held without a purpose, and promised but not found.

Pure. A category covers those below it: a promise of addresses covers the street.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aboveboard.discovery.columns import ColumnProposal
from aboveboard.promise.model import Promise


@dataclass(frozen=True, slots=True)
class PromiseComparison:
    """``without_purpose``: what no purpose of the promise uses (GDPR Art. 5(1)(c)).
    ``not_found``: categories that the promise names and nobody found, in its order."""

    without_purpose: tuple[ColumnProposal, ...]
    not_found: tuple[str, ...]


def compare(promise: Promise, proposals: Iterable[ColumnProposal]) -> PromiseComparison:
    """Compare what was found in all systems with a promise."""
    proposals = tuple(proposals)
    promised = promise.categories_of(promise.fields)
    return PromiseComparison(
        tuple(
            each for each in proposals if not any(_covers(key, each.category) for key in promised)
        ),
        tuple(
            key for key in promised if not any(_covers(key, each.category) for each in proposals)
        ),
    )


def _covers(promised: str, category: str) -> bool:
    """Whether one is the other, or above or below it: the names of columns are not so fine."""
    return (
        promised == category
        or category.startswith(f"{promised}.")
        or promised.startswith(f"{category}.")
    )
