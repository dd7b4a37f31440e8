"""Whether a sentence is plain: at most 25 words (design, section 5). Pure."""

from __future__ import annotations

import re

from aboveboard.basics import limits


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a full stop inside an address or a number ends none."""
    return [part for part in re.split(r"(?<=[.!?…:])\s+", text.strip()) if part]


def too_long(text: str) -> str | None:
    """Return the first sentence with more than ``limits.PLAIN_SENTENCE_WORDS`` words, or None."""
    return next(
        (
            sentence
            for sentence in sentences(text)
            if len(sentence.split()) > limits.PLAIN_SENTENCE_WORDS
        ),
        None,
    )
