"""How one notice differs from another, section by section and word by word, for whoever must read
them all. Pure.

Sections are told apart by their key and not by their heading: the same section has another heading
where a law prescribes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from aboveboard.delivery.letters import LetterSection, Notice

_ALIKE: Final = 0.5
"""Two lines with fewer of their words in common than this are read as one that went and one that
came: word by word they would be a riddle."""

_TITLE: Final = "title"
_WORDS: Final = re.compile(r"\S+\s*")


class TextChange(StrEnum):
    """What became of a piece of text on the way from one notice to the other."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some words of a line, and what became of them."""

    change: TextChange
    words: str


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """A section that is not the same in both: its heading, and each line in pieces."""

    heading: str
    lines: tuple[tuple[TextPiece, ...], ...]


@dataclass(frozen=True, slots=True)
class NoticeDifference:
    """What is not the same in two notices; ``same``: the headings of all that is."""

    sections: tuple[SectionDifference, ...]
    same: tuple[str, ...]


def compare_notices(first: Notice, other: Notice) -> NoticeDifference:
    """Return how ``other`` differs from ``first``, in the order of ``other``; what only ``first``
    says stands last."""
    mine, theirs = _sections(first), _sections(other)
    changed, same = [], []
    for key in (*theirs, *(key for key in mine if key not in theirs)):
        was, before = mine.get(key, ("", ()))
        heading, after = theirs.get(key, (was, ()))
        if was and heading != was:  # else it stands above the lines, and not among them too
            before, after = (was, *before), (heading, *after)
        if before == after:
            same.append(heading)
        else:
            changed.append(SectionDifference(heading, tuple(compare_lines(before, after))))
    return NoticeDifference(tuple(changed), tuple(same))


def compare_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[TextPiece, ...]]:
    """Yield every line of both in pieces: together, what is not removed says ``after`` and what is
    not added says ``before``."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, stop, others, end in matcher.get_opcodes():
        if tag == "equal":
            yield from ((TextPiece(TextChange.SAME, line),) for line in before[start:stop])
            continue
        removed, added = list(before[start:stop]), list(after[others:end])
        while removed and added and _likeness(removed[0], added[0]) >= _ALIKE:
            yield tuple(_pieces(removed.pop(0), added.pop(0)))
        yield from ((TextPiece(TextChange.REMOVED, line),) for line in removed)
        yield from ((TextPiece(TextChange.ADDED, line),) for line in added)


def _sections(notice: Notice) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the heading and the lines of each section, by its key."""
    title = (notice.title,) if notice.title else ()
    sections = {_TITLE: ("Subject and title", (notice.subject, *title))}
    return sections | {part.key: (part.heading, _lines(part)) for part in notice.sections}


def _lines(part: LetterSection) -> tuple[str, ...]:
    return (*part.sentences, *part.items, *part.more, *part.more_items)


def _likeness(line: str, other: str) -> float:
    return SequenceMatcher(None, _words(line), _words(other), autojunk=False).ratio()


def _pieces(line: str, other: str) -> Iterator[TextPiece]:
    before, after = _words(line), _words(other)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, stop, others, end in matcher.get_opcodes():
        if tag == "equal":
            yield TextPiece(TextChange.SAME, "".join(before[start:stop]))
            continue
        if stop > start:
            yield TextPiece(TextChange.REMOVED, "".join(before[start:stop]))
        if end > others:
            yield TextPiece(TextChange.ADDED, "".join(after[others:end]))


def _words(line: str) -> list[str]:
    # Each with the space after it, so that the pieces put together are the line.
    return _WORDS.findall(line)
