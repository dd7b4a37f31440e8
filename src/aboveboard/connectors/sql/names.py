"""What the names of tables and columns let one guess: which columns are personal, and of which
category of fideslang; which tables hold people. A guess, which a person confirms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from aboveboard.basics import shipped

_FILE: Final = Path(__file__).with_name("names.yaml")


@dataclass(frozen=True, slots=True)
class PersonalColumnGuess:
    """What a column may hold. ``secret``: nobody is to read it, such as the hash of a password."""

    category: str
    identifier: str = ""
    secret: bool = False


def guess_column(column: sa.Column[Any]) -> PersonalColumnGuess | None:
    """Return what a column may hold of a person by its name, or None."""
    name = _words(column.key)
    for pattern, guess in _columns():
        if pattern.search(name):
            # A flag or a date is named after what it is about: mail_verified, email_sent_at.
            dated = isinstance(column.type, sa.DateTime | sa.Boolean)
            birth = guess.category.endswith("birth") or "birth" in guess.category
            return None if dated and not birth else guess
    return None


def people_score(table: sa.Table) -> int:
    """Return how much a table looks as if each of its rows were a customer; 0 where it does not.

    A way to reach somebody is needed; a name, and a table that is called so, count for it; one that
    is called after staff or after something that is sent counts against it.
    """
    guesses = [guess for column in table.columns if (guess := guess_column(column)) is not None]
    identifiers = {guess.identifier for guess in guesses} - {""}
    if not identifiers:
        return 0
    score = 6 * ("email" in identifiers) + 2 * ("phone" in identifiers)
    score += 2 * any(guess.category.startswith("user.name") for guess in guesses)
    score += any(guess.secret for guess in guesses)
    name = _words(table.name)
    for pattern, points in _tables():
        if pattern.search(name):
            score += points
    return max(score, 0)


def singular(name: str) -> str:
    """Return the name of a table as the names of columns have it: ``Customers`` as ``customer``,
    and without the prefix that all of them may have."""
    plain = name.lower()
    if plain.endswith("ies"):
        return f"{plain[:-3]}y"
    if plain.endswith("sses"):
        return plain[:-2]
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


def refers_by_name(column: str, table: str, key: str) -> bool:
    """Whether a column is called as one that refers to a table: ``user_id`` or ``rev_user`` to
    ``wp_users``, or as the key of that table is where that says more than ``id``."""
    last = _words(singular(table)).split()[-1]
    name = _words(column)
    return name == _words(key) != "id" or name == f"{last} id" or name.split()[-1:] == [last]


def _words(name: str) -> str:
    """Return a name as words with spaces: ``FirstName`` and ``first_name`` alike."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[^A-Za-z0-9]+", apart)).lower()


@cache
def _columns() -> tuple[tuple[re.Pattern[str], PersonalColumnGuess], ...]:
    rows = shipped.load(_FILE)["columns"]
    guesses = []
    for row in rows:
        guess = PersonalColumnGuess(
            row.get("category", ""), row.get("identifier", ""), row.get("secret", False)
        )
        guesses.append((re.compile(rf"\b(?:{row['names']})\b"), guess))
    return tuple(guesses)


@cache
def _tables() -> tuple[tuple[re.Pattern[str], int], ...]:
    rows = shipped.load(_FILE)["tables"]
    return tuple((re.compile(rf"\b(?:{row['names']})\b"), int(row["points"])) for row in rows)
