"""What the Open Cookie Database knows of a cookie by its name: whose it is, and what for.

The data is a file beside this one: https://github.com/jkwakman/Open-Cookie-Database at 0ee5a17 (21
January 2026), Apache-2.0, without its descriptions and links, sorted.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("known_cookies.csv")
NOT_NECESSARY: Final = frozenset({"Analytics", "Marketing"})
"""Categories of that database for which no site is allowed a cookie without asking."""


@dataclass(frozen=True, slots=True)
class KnownCookie:
    """A cookie that is known. ``wildcard``: the name is the start of names."""

    name: str
    wildcard: bool
    category: str
    platform: str


def known_cookie(name: str) -> KnownCookie | None:
    """Return what is known of a cookie, the longest name that fits first; None if nothing is."""
    exact, starts = _table()
    if name in exact:
        return exact[name]
    return next((known for known in starts if name.startswith(known.name)), None)


@cache
def _table() -> tuple[Mapping[str, KnownCookie], Sequence[KnownCookie]]:
    exact: dict[str, KnownCookie] = {}
    starts: list[KnownCookie] = []
    with _FILE.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            known = KnownCookie(
                row["name"], row["wildcard"] == "1", row["category"], row["platform"]
            )
            if known.wildcard:
                starts.append(known)
            else:
                exact.setdefault(known.name, known)
    # One or two letters would claim every cookie there is.
    starts = [known for known in starts if len(known.name) > 2]
    return exact, sorted(starts, key=lambda known: (-len(known.name), known.name))
