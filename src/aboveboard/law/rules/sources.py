"""Where an entry of the law was read, and how far it may be relied on.

A reader can open the address and find the quoted words. How sure we are follows from what was read
and is never written down by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

LONGEST_QUOTE = 25
"""Words."""


class SourceRead(StrEnum):
    """What was read, from the surest."""

    OFFICIAL = "official"
    """The text of the law as its authority publishes it."""
    COPY = "copy"
    """The text of the law, in a copy of somebody else's."""
    SECONDARY = "secondary"
    """What others write about the law: a regulator's guide, a law firm's table."""
    MEMORY = "memory"
    """Nothing was opened."""


class Confidence(StrEnum):
    """How far an entry may be relied on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class LawSource:
    """One place where the law can be read.

    ``title``: act and section. ``address``: where the official text is published, for a reader to
    open; empty if none is known. ``quote``: the deciding words, at most 25; empty where the text
    was not read. ``text``: what was read, in words ("copy of the code, 2026 edition").
    """

    title: str
    address: str
    quote: str
    read: SourceRead
    text: str
    checked: date

    @property
    def confidence(self) -> Confidence:
        """How sure this source makes an entry: its own words, quoted, or less."""
        if self.read is SourceRead.MEMORY:
            return Confidence.LOW
        its_words = self.read in (SourceRead.OFFICIAL, SourceRead.COPY) and self.quote
        return Confidence.HIGH if its_words else Confidence.MEDIUM

    @property
    def read_in_words(self) -> str:
        """How it was read, as it stands before the day."""
        return {
            SourceRead.OFFICIAL: "The official text, read on",
            SourceRead.COPY: "A copy of the text, read on",
            SourceRead.SECONDARY: "What others write about it, read on",
            SourceRead.MEMORY: "Written down from memory on",
        }[self.read]

    @property
    def is_primary(self) -> bool:
        """Whether the law's own text was read, and a reader can open it."""
        return self.read in (SourceRead.OFFICIAL, SourceRead.COPY) and bool(self.address)


def confidence(sources: Sequence[LawSource]) -> Confidence:
    """Return the confidence of the best source."""
    return min((source.confidence for source in sources), key=list(Confidence).index)


def last_checked(sources: Sequence[LawSource]) -> date:
    """Return when any of the sources was last read."""
    return max(source.checked for source in sources)


def read_sources(rows: Sequence[Mapping[str, Any]]) -> tuple[LawSource, ...]:
    """Return the sources of an entry as its file, or a duty that was worked out, states them.

    Raises:
        KeyError, ValueError: a field is missing or wrong; the start stops.
    """
    return tuple(
        LawSource(
            title=row["title"],
            address=row["address"] or "",
            quote=row["quote"] or "",
            read=SourceRead(row["read"]),
            text=row["text"],
            checked=_day(row["checked"]),
        )
        for row in rows
    )


def _day(value: date | str) -> date:
    # A date in our files, text in what was stored of them.
    return value if isinstance(value, date) else date.fromisoformat(value)
