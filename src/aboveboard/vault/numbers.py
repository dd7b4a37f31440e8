"""Numbers of people: drawn at random, so that they say nothing of the file that people came from.

A number is 63 bits: some that are the same for everybody of one import, so that the import knows
whom it made itself, and the rest drawn for each person. Both are random. Numbers from before this
stood in the order of the file; they stay as they are.

17 bits are an import's own, which leaves so many for its people that two of a hundred million draw
one number seldom. Who imports a few people every minute has used up all of those ranges in a
season: then 29 bits are an import's own. A range says by itself which of the two it is, since the
first number of a narrow one is never that of a wide one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

from aboveboard.basics.errors import Conflict
from aboveboard.vault.models import Alias, Person

_BITS: Final = 63
_WIDE_BITS: Final = 17
_NARROW_BITS: Final = 29
_TRIES: Final = 100
"""How many ranges of either width are drawn before none is held to be free."""


class NoNumbersLeft(Conflict):
    """No range of numbers is free for another import: {tried} that were drawn are taken."""

    code = "no_numbers_left"
    next_step = "Import files of more people each, and not one file for each person."


def new_range() -> int:
    """Return the first number of a range that nobody's number is in.

    Raises:
        NoNumbersLeft: none was found.
    """
    for bits in (_WIDE_BITS, _NARROW_BITS):
        for _ in range(_TRIES):
            first = secrets.randbelow(1 << bits) << (_BITS - bits)
            if _bits_of(first) == bits and not is_range_used(first):
                return first
    raise NoNumbersLeft(tried=2 * _TRIES)


def draw(first: int, count: int) -> list[int]:
    """Return ``count`` different numbers of a range, in no order. The tables refuse one that is
    somebody's already (:func:`any_taken`)."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        # Never the first of the range: 0 is nobody's number.
        drawn[first + 1 + secrets.randbelow(_size(first) - 1)] = None
    return list(drawn)


def in_range(first: int, number: int) -> bool:
    """Whether a number was drawn from the range that begins at ``first``."""
    return first < number < first + _size(first)


def any_taken(numbers: Collection[int]) -> bool:
    """Whether one of these is somebody's number already, or leads to somebody."""
    return (
        Person.objects.filter(id__in=numbers).exists()
        or Alias.objects.filter(merged_id__in=numbers).exists()
    )


def is_range_used(first: int) -> bool:
    """Whether a number of the range is somebody's, or leads to somebody since a merge: then it is
    somebody's again when the merge is undone."""
    end = first + _size(first)
    return (
        Person.objects.filter(id__gte=first, id__lt=end).exists()
        or Alias.objects.filter(merged_id__gte=first, merged_id__lt=end).exists()
    )


def _bits_of(first: int) -> int:
    return _NARROW_BITS if first % (1 << (_BITS - _WIDE_BITS)) else _WIDE_BITS


def _size(first: int) -> int:
    return 1 << (_BITS - _bits_of(first))
