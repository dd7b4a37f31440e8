"""What each column of a leaked file holds: guessed by its name, else by its content,
and confirmed by a person.

The roles a column may have are data (``columns.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aboveboard.basics.errors import Invalid
from aboveboard.kinds.recognise import matches
from aboveboard.law.categories import bitmap

_FILE = Path(__file__).with_name("columns.yaml")
_MOST = 0.5
"""The share of a column's non-empty values that must look alike for a guess by content."""

IGNORE = "ignore"


class NothingToMatchBy(Invalid):
    """No column of the file is an e-mail address, a phone number or a customer number."""

    code = "nothing_to_match_by"
    next_step = "Say which column is one of them; else nobody can be found."


class NoSuchRole(Invalid):
    """No column can be taken for {role}."""

    code = "no_such_role"
    next_step = "Use one of: {roles}"


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What a column may hold. ``bits``: what it exposes; ``index``: the look-up it can
    be matched by, or ""."""

    name: str
    label: str
    bits: int
    index: str
    headers: frozenset[str]
    content: str


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column was taken for. ``by``: ``header``, ``content`` or ``nothing``.

    ``seen`` of ``filled`` sample values look like it. The values themselves are not shown:
    they are strangers' too.
    """

    position: int
    header: str
    role: str
    by: str
    seen: int
    filled: int


@cache
def roles() -> Mapping[str, ColumnRole]:
    """Return every role by name, in the order in which content is tried."""
    rows: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))["roles"]
    return {
        row["role"]: ColumnRole(
            name=row["role"],
            label=row["label"],
            bits=bitmap([row["category"]]) if row["category"] else 0,
            index=row["index"],
            headers=frozenset(row["headers"]),
            content=row["content"],
        )
        for row in rows
    }


def guess(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[ColumnGuess]:
    """Return what each column seems to hold, from its name and some rows.

    A name that says nothing is outweighed by content; a name that says one thing is believed.
    """
    width = len(header) or max((len(row) for row in sample), default=0)
    guesses = []
    for position in range(width):
        name = header[position] if header else ""
        filled = [
            row[position].strip() for row in sample if position < len(row) and row[position].strip()
        ]
        role, by = _by_header(name), "header"
        if role is None:
            role, by = _by_content(filled), "content"
        if role is None:
            role, by = roles()[IGNORE], "nothing"
        seen = sum(1 for value in filled if matches(role.content, value)) if role.content else 0
        guesses.append(ColumnGuess(position, name, role.name, by, seen, len(filled)))
    return guesses


def check(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the confirmed roles, one for each column.

    Raises:
        NoSuchRole: a role is not in the list.
        NothingToMatchBy: none of them can be looked up.
    """
    for role in chosen:
        if role not in roles():
            raise NoSuchRole(role=role, roles=", ".join(roles()))
    if not any(roles()[role].index for role in chosen):
        raise NothingToMatchBy
    return tuple(chosen)


def _by_header(name: str) -> ColumnRole | None:
    plain = re.sub(r"[\W_]+", "", name.lower())
    last = re.sub(r"[\W_]+", "", name.lower().rpartition(".")[2])
    return next(
        (role for wanted in (plain, last) for role in roles().values() if wanted in role.headers),
        None,
    )


def _by_content(values: Sequence[str]) -> ColumnRole | None:
    if not values:
        return None
    for role in roles().values():
        if role.content and sum(
            1 for value in values if matches(role.content, value)
        ) >= _MOST * len(values):
            return role
    return None
