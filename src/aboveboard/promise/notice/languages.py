"""The languages that a notice can be in, and its words in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped


@dataclass(frozen=True, slots=True)
class NoticeLanguage:
    """A language: ISO 639-1 code, its own name for itself, whether it runs from right to left, and
    whether a person has read the words. Words that nobody has read are off."""

    code: str
    name: str
    right_to_left: bool
    reviewed: bool

    @property
    def direction(self) -> str:
        """The value of HTML's ``dir``."""
        return "rtl" if self.right_to_left else "ltr"


class NoticeWords:
    """The words of a notice in one language."""

    def __init__(self, language: NoticeLanguage) -> None:
        self.language = language.code
        self._words = _words(language.code)

    def say(self, key: str, **places: object) -> str:
        """Return a sentence with its places filled in."""
        words = str(self._words[key])
        return words.format(**places) if places else words

    def sentences(self, key: str) -> tuple[str, ...]:
        """Return the sentences of a list."""
        return tuple(self._words[key])

    def heading(self, key: str) -> str:
        """Return the heading of one of the things that a notice says."""
        return str(self._words["headings"][key])


@cache
def notice_languages() -> Mapping[str, NoticeLanguage]:
    """Return every language by its code, English first."""
    rows = shipped.load(Path(__file__).with_name("languages.yaml"))["languages"]
    return {
        code: NoticeLanguage(code, row["name"], row.get("right_to_left", False), row["reviewed"])
        for code, row in rows.items()
    }


def notice_language(asked: str, *, preview: bool = False) -> NoticeLanguage:
    """Return the language that is nearest to one that was asked for ("fr-CA" is "fr"): English
    where it has no words, or words that nobody has read. ``preview``: those too, for whoever is to
    read them."""
    known = notice_languages()
    language = known.get(asked.lower().split("-")[0], known["en"])
    return language if language.reviewed or preview else known["en"]


@cache
def _words(code: str) -> Mapping[str, Any]:
    """Return the words of a language: each has a file of its own, which is what its reviewer
    reads."""
    words: Mapping[str, Any] = shipped.load(Path(__file__).with_name("words") / f"{code}.yaml")
    return words
