"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

COMPARE_EVERY: Final = timedelta(minutes=15)
"""How long after the end of a round in which all rows that decide were compared with the log the
next begins; and how long a round that nobody goes on with is left alone. Our choice: how long a
row that was deleted may count on an instance of usual size."""

COMPARE_WORK: Final = timedelta(seconds=1)
"""How long one turn of a round goes on; the worker rests for nine times that. Our choice: a tenth
of one core at most."""

COMPARE_PAGE: Final = 1_000
"""Rows or entries that are compared at a time. Our choice: some 50 ms."""

COMPARE_FOUND: Final = 10_000
"""Most differences that one round remembers. Our choice: more than anybody reads."""

COMPARE_SHOWN: Final = 20
"""Most differences that are shown, and written to the program's log. Our choice."""

COMPARED_AGE: Final = timedelta(days=2)
"""Age of the last round above which `doctor` says to look. Our choice: a round of a hundred
million rows takes less."""
