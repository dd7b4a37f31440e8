"""The ledger entries of packs. They name a request by the entry of its receipt, and hold no value
that was decided about or given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from aboveboard.basics.facts import (
    Code,
    Facts,
    NothingToRestore,
    OnRestore,
    RepeatOnRestore,
    Word,
)


@dataclass(frozen=True, slots=True)
class MentionsShown(Facts):
    """A reviewer saw what points at other people in a request, for a purpose of the promise."""

    kind: ClassVar[str] = "pack.mentions-shown"
    on_restore: ClassVar[OnRestore] = NothingToRestore("somebody looked, and nothing changed")

    request: int
    purpose: Word


@dataclass(frozen=True, slots=True)
class MentionsDecided(Facts):
    """A reviewer decided what leaves of other people: of one system and kind, how many single
    values; none where the kind in a place was decided as a whole."""

    kind: ClassVar[str] = "pack.mentions-decided"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "decisions are sealed beside the request, and what is not decided is blacked out"
    )

    request: int
    system: Word
    mention: Code
    verdict: Code
    values: int


@dataclass(frozen=True, slots=True)
class PackMade(Facts):
    """A pack was made, for a way of handing it over. ``records`` and ``files`` are in it;
    ``blacked_out`` places are black, and ``withheld`` files stayed out."""

    kind: ClassVar[str] = "pack.made"
    on_restore: ClassVar[OnRestore] = NothingToRestore("the pack is a file: it is made again")

    request: int
    way: Code
    systems: int
    records: int
    files: int
    blacked_out: int
    withheld: int


@dataclass(frozen=True, slots=True)
class PackOpened(Facts):
    """A pack was handed over. ``proof``: signed in, or a code."""

    kind: ClassVar[str] = "pack.opened"
    on_restore: ClassVar[OnRestore] = NothingToRestore("it was given, and nothing else changed")

    request: int
    proof: Code


@dataclass(frozen=True, slots=True)
class PackDestroyed(Facts):
    """A pack and its key were destroyed."""

    kind: ClassVar[str] = "pack.destroyed"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the pack that came back is destroyed again")

    request: int
    why: Code


ENTRIES: Final[tuple[type[Facts], ...]] = (
    MentionsShown,
    MentionsDecided,
    PackMade,
    PackOpened,
    PackDestroyed,
)
