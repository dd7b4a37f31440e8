"""Whether a sentence is plain: no longer than people read at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS

# A full stop inside an address or a number ends nothing: white space must follow.
_END = re.compile(r"(?<=[.!?…:;])\s+|\n\s*\n")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part for part in _END.split(text.strip()) if part]


def count_words(sentence: str) -> int:
    """Return how many words a sentence has; a dash on its own is none."""
    return sum(any(mark.isalnum() for mark in part) for part in sentence.split())


def long_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of more than ``limits.PLAIN_SENTENCE_WORDS`` words."""
    return (
        sentence
        for sentence in split_sentences(text)
        if count_words(sentence) > PLAIN_SENTENCE_WORDS
    )
