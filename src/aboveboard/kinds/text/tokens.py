"""A text as words, numbers and marks, with what each word may be."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from aboveboard.kinds.text.lexicon import WordUse, small_words, uses

_TOKEN: Final = re.compile(
    r"(?P<word>[^\W\d_]+(?:[-'’´][^\W\d_]+)*)|(?P<number>\d+(?:[-/]\d+)*[A-Za-z]?(?![\w]))|(?P<mark>\S)"
)
_CONTRACTION: Final = re.compile(r"['’´](?:d|m|ve|ll|re|t)$", re.IGNORECASE)
_ELISION: Final = re.compile(r"(?:[jldnscmt]|qu)['’´](?=[^\W\d_])")
_GENITIVE: Final = re.compile(r"['’´]s$|['’´]$", re.IGNORECASE)
_SENTENCE_END: Final = frozenset('.!?:;"“”„«»(>|•*…\n')


@dataclass(slots=True)
class TextToken:
    """A word, a number or a mark. ``capital``: begins with a capital letter, or counts as if, in a
    text that has none. ``opens``: first of its sentence or line. ``line``: which line it is on."""

    start: int
    end: int
    text: str
    low: str
    kind: str
    use: int
    capital: bool
    opens: bool
    line: int

    def may_be(self, use: int) -> bool:
        """Whether the lists know it as that."""
        return bool(self.use & use)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with its tokens. ``small``: it has no capital letters (or nothing else), so that they
    tell nothing. ``strict``: capitals tell little, as in German, or the language is not known."""

    text: str
    tokens: tuple[TextToken, ...]
    small: bool
    strict: bool

    @classmethod
    def of(cls, text: str, languages: Collection[str]) -> Passage:
        """Return the passage of a text in one of some languages (two-letter codes)."""
        small = _capitals_tell_nothing(text)
        return cls(text, tuple(_tokens(text, small)), small, "en" not in languages)

    def text_before(self, at: int) -> str:
        """Return what stands in front, as far as it may tell something."""
        return self.text[max(0, at - 48) : at]

    def text_after(self, at: int) -> str:
        """Return what stands behind, as far as it may tell something."""
        return self.text[at : at + 90]


def languages_of(text: str) -> frozenset[str]:
    """Return the language whose small words a text has most of; English where it has none."""
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    counts = {language: len(words & small) for language, small in small_words().items()}
    most = max(counts.values())
    if not most or counts["en"] == most:
        return frozenset({"en"})
    return frozenset(language for language, count in counts.items() if count == most)


def _capitals_tell_nothing(text: str) -> bool:
    """Whether there are no capital letters, or whole sentences in them."""
    if text.islower():
        return True
    words = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) > 3 and 5 * sum(word.isupper() for word in words) > 4 * len(words)


def _tokens(text: str, small: bool) -> list[TextToken]:
    known = uses()
    tokens: list[TextToken] = []
    line, at, opens = 0, 0, True
    for match in _TOKEN.finditer(text):
        if match.start() < at:  # the full stop of an abbreviation
            continue
        gap = text[at : match.start()]
        if "\n" in gap:
            line += gap.count("\n")
            opens = True
        written, end = match[0], match.end()
        kind = match.lastgroup or "mark"
        low = written.lower()
        use, capital = 0, False
        if kind == "word":
            if genitive := _GENITIVE.search(written):
                written = written[: genitive.start()]
                end, low = match.start() + len(written), written.lower()
            if text[end : end + 1] == "." and (
                f"{low}." in known or (len(low) == 1 and written.isupper())
            ):
                low, written, end = f"{low}.", f"{written}.", end + 1
            use = known.get(low, 0)
            if "-" in low and known.get(low.rpartition("-")[2], 0) & WordUse.NEVER:
                use = WordUse.NEVER  # "Steuer-ID"
            elif _CONTRACTION.search(low) or _is_elided(low, written):
                use = WordUse.NEVER
            capital = _counts_as_name(low, use) if small else written[0].isupper()
        tokens.append(TextToken(match.start(), end, written, low, kind, use, capital, opens, line))
        opens = kind == "mark" and written in _SENTENCE_END
        at = max(end, match.end())
    return tokens


def _is_elided(low: str, written: str) -> bool:
    """Whether it is two words of French in one, and no name: "J'habite", and not "L'Oréal"."""
    elision = _ELISION.match(low)
    return elision is not None and written[elision.end()].islower() and written[0].isupper()


def _counts_as_name(low: str, use: int) -> bool:
    if use & (WordUse.NEVER | WordUse.PARTICLE):
        return False
    if use & (WordUse.COUNTRY | WordUse.NATIONALITY | WordUse.TITLE):
        return True
    return not use & WordUse.COMMON and len(low) > 1
