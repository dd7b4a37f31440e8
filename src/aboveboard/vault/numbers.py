"""Numbers of people: drawn at random, so that they say nothing of the file that people came from.

A number is 63 bits: 17 that are the same for everybody of one import, so that the import knows whom
it made itself, and 46 drawn for each person. Both are random. Numbers from before this stood in the
order of the file; they stay as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

from aboveboard.vault.models import Alias, Person

_DRAWN_BITS: Final = 46
_RANGE_BITS: Final = 17
_RANGE: Final = 1 << _DRAWN_BITS


def new_range() -> int:
    """Return the first number of a range that nobody's number is in."""
    while True:
        first = secrets.randbelow(1 << _RANGE_BITS) << _DRAWN_BITS
        inside = {"id__gte": first, "id__lt": first + _RANGE}
        # A number that only leads to somebody since a merge is somebody's again when it is undone.
        aliases = Alias.objects.filter(merged_id__gte=first, merged_id__lt=first + _RANGE)
        if not Person.objects.filter(**inside).exists() and not aliases.exists():
            return first


def draw(first: int, count: int) -> list[int]:
    """Return ``count`` different numbers of a range, in no order. The tables refuse one that is
    somebody's already (:func:`taken`)."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        # Never the first of the range: 0 is nobody's number.
        drawn[first + 1 + secrets.randbelow(_RANGE - 1)] = None
    return list(drawn)


def in_range(first: int, number: int) -> bool:
    """Whether a number was drawn from the range that begins at ``first``."""
    return first < number < first + _RANGE


def taken(numbers: Collection[int]) -> bool:
    """Whether one of these is somebody's number already, or leads to somebody."""
    return (
        Person.objects.filter(id__in=numbers).exists()
        or Alias.objects.filter(merged_id__in=numbers).exists()
    )
