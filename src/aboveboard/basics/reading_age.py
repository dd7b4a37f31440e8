"""How old a reader must be to follow a text, by the established formula of its language. Pure.

English: the Automated Readability Index (E. A. Senter and R. J. Smith, AMRL-TR-66-220, 1967),
whose score is a grade of US schools. Other languages written with spaces and Latin letters: LIX
(C. H. Björnsson, Läsbarhet, 1968), whose score becomes a grade by the table of J. Anderson (Lix and
Rix, Journal of Reading 26, 1983). A child in grade 1 is six years old. No formula holds for
Arabic or Chinese.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.plainness import split_sentences

_LIX_GRADES: Final = (5, 10, 15, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56)
"""The lowest LIX of grades 1 to 13 (Anderson 1983; 56 and more is beyond school)."""
_LONG_WORD: Final = 7
"""A word of at least so many letters is long (Björnsson)."""
_WITHOUT_FORMULA: Final = frozenset({"ar", "zh", "ja", "ko", "th", "he", "fa"})
_YEARS_BEFORE_SCHOOL: Final = 5


@dataclass(frozen=True, slots=True)
class ReadingAge:
    """The age from which a text can be followed, in years; by which formula, and its score."""

    years: int
    formula: str
    score: float


def reading_age(text: str, language: str = "en") -> ReadingAge | None:
    """Return the reading age of a text; None where its language has no formula, or it has no
    words."""
    short = language.split("-")[0]
    words = [word for part in text.split() if (word := "".join(filter(str.isalnum, part)))]
    sentences = sum(any(map(str.isalnum, each)) for each in split_sentences(text))
    if not words or short in _WITHOUT_FORMULA:
        return None
    if short == "en":
        score = _ari(words, sentences)
        return ReadingAge(_years(math.ceil(score)), "ARI", round(score, 1))
    score = _lix(words, sentences)
    return ReadingAge(_years(bisect_right(_LIX_GRADES, score)), "LIX", round(score, 1))


def _ari(words: Sequence[str], sentences: int) -> float:
    letters = sum(map(len, words))
    return 4.71 * letters / len(words) + 0.5 * len(words) / sentences - 21.43


def _lix(words: Sequence[str], sentences: int) -> float:
    long = sum(len(word) >= _LONG_WORD for word in words)
    return len(words) / sentences + 100 * long / len(words)


def _years(grade: int) -> int:
    # Grade 0 is the year before school; nobody reads younger.
    return max(0, grade) + _YEARS_BEFORE_SCHOOL
