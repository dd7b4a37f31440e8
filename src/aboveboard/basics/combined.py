"""Several SELECTs as one statement: one way to the database and back, and one moment that all of
them see. Pure.

Each gives its rows in columns of its own; of the others' columns they have NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

Row = tuple[Any, ...]
_TYPES: Final = {
    "i": "bigint",
    "t": "text",
    "m": "timestamp with time zone",
    "b": "bytea",
    "f": "boolean",
}
"""What a letter stands for, as PostgreSQL calls it. SQLite has types by value."""


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT, and a letter for the type of each of its columns: an integer, a text, a moment,
    bytes, a flag."""

    sql: str
    types: str


class CombinedSelect:
    """Several SELECTs as one: ``sql``, with the marks of all of them in order. Of columns of one
    type they share as many as they can."""

    def __init__(self, *selects: Select) -> None:
        shared = "".join(
            letter * max(select.types.count(letter) for select in selects) for letter in _TYPES
        )
        places = [_places(select.types, shared) for select in selects]
        parts = ", ".join(
            f"p{number} ({', '.join(_names(select))}) AS ({select.sql})"
            for number, select in enumerate(selects)
        )
        rows = " UNION ALL ".join(
            f"SELECT {number}, {', '.join(_columns(select, place, shared))} FROM p{number}"  # noqa: S608 - SELECTs of ours
            for number, (select, place) in enumerate(zip(selects, places, strict=True))
        )
        self.sql: Final = f"WITH {parts} {rows}"
        # The first column says which of them a row is of.
        self._own: Sequence[Callable[[Row], Row]] = [
            itemgetter(*(place + 1 for place in each)) for each in places
        ]

    def split(self, rows: Iterable[Row]) -> list[list[Row]]:
        """Return the rows of each, as it alone would have given them."""
        each: list[list[Row]] = [[] for _ in self._own]
        for row in rows:
            each[row[0]].append(self._own[row[0]](row))
        return each


def _places(types: str, shared: str) -> list[int]:
    """Return which of the shared columns each column takes: the next of its type."""
    nexts = {letter: shared.index(letter) for letter in set(types)}
    places = []
    for letter in types:
        places.append(nexts[letter])
        nexts[letter] += 1
    return places


def _names(select: Select) -> list[str]:
    return [f"c{number}" for number in range(len(select.types))]


def _columns(select: Select, places: Sequence[int], shared: str) -> list[str]:
    own = dict(zip(places, _names(select), strict=True))
    return [
        own.get(place, f"CAST(NULL AS {_TYPES[letter]})") for place, letter in enumerate(shared)
    ]
