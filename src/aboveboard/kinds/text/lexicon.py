"""What each word may be, by the lists of this package (``words/``, ``words.yaml``) and by CLDR.

Some hundred thousand words, 27 MB, read when the first text comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale

from aboveboard.basics import shipped


class WordUse:
    """What a word may be; many are several: Rose, Paris, Jordan. Plain bits: a text asks
    some thousand times, and flags of an enumeration took a third of all time."""

    FIRST_NAME: Final = 1
    SURNAME: Final = 2
    NAME: Final = 3
    PLACE: Final = 4
    COMMON: Final = 8
    """A word of English, in small letters."""
    COUNTRY: Final = 16
    NATIONALITY: Final = 32
    ORGANISATION: Final = 64
    ORGANISATION_END: Final = 128
    STREET: Final = 256
    TITLE: Final = 512
    NEVER: Final = 1024
    PARTICLE: Final = 2048
    UNIT: Final = 4096
    AFTER_NAME: Final = 8192
    PLACE_PART: Final = 16384


_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl")
_WORDS: Final = Path(__file__).with_name("words")


@dataclass(frozen=True, slots=True)
class Cue:
    """What a pattern beside a name makes of it."""

    makes: str
    weight: float
    pattern: re.Pattern[str]


@cache
def uses() -> dict[str, int]:
    """Return what each word, in small letters, may be: bits of :class:`WordUse`."""
    words: dict[str, int] = {}
    data = written()
    for name, use in (
        ("common", WordUse.COMMON),
        ("first_names", WordUse.FIRST_NAME),
        ("surnames", WordUse.SURNAME),
    ):
        for word in _lines(name):
            words[word] = words.get(word, 0) | use
    for key, use in (
        ("never", WordUse.NEVER),
        ("particles", WordUse.PARTICLE),
        ("titles", WordUse.TITLE),
        ("after_names", WordUse.AFTER_NAME),
        ("organisation_ends", WordUse.ORGANISATION_END),
        ("organisation_words", WordUse.ORGANISATION),
        ("streets", WordUse.STREET),
        ("units", WordUse.UNIT),
        ("nationalities", WordUse.NATIONALITY),
        ("place_parts", WordUse.PLACE_PART),
        ("more_places", WordUse.PLACE),
    ):
        for word in data[key].split():
            words[word] = words.get(word, 0) | use
    for place in _lines("places"):
        if " " not in place:
            words[place] = words.get(place, 0) | int(WordUse.PLACE)
    for country in _countries():
        if " " not in country:
            words[country] = words.get(country, 0) | int(WordUse.COUNTRY)
    return words


@cache
def longer_places() -> dict[str, tuple[tuple[tuple[str, ...], bool], ...]]:
    """Return the places and countries of several words, by their first: the words, the longest
    first, and whether it is a country."""
    grouped: dict[str, set[tuple[tuple[str, ...], bool]]] = {}
    for names, country in ((_lines("places"), False), (_countries(), True)):
        for name in names:
            words = tuple(re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", name))
            if len(words) > 1:
                grouped.setdefault(words[0], set()).add((words, country))
    return {
        word: tuple(sorted(entries, key=lambda entry: (-len(entry[0]), not entry[1])))
        for word, entries in grouped.items()
    }


@cache
def street_ends() -> tuple[str, ...]:
    """Return how words end that are the name of a street by themselves: Ziegelgasse."""
    return tuple(written()["street_ends"].split())


@cache
def street_starts() -> frozenset[str]:
    """Return the words that a street begins with, written small: rue Voltaire."""
    return frozenset(written()["street_starts"].split())


@cache
def cues(side: str) -> tuple[Cue, ...]:
    """Return the patterns of a side: ``before`` (ending where the name begins) or ``after``; the
    strongest first."""
    return tuple(
        Cue(
            row["makes"],
            row["weight"],
            re.compile(
                rf"(?:{row['pattern']})$" if side == "before" else row["pattern"],
                0 if side == "after" and row["makes"] == "place" else re.IGNORECASE,
            ),
        )
        for row in sorted(written()[side], key=lambda row: -row["weight"])
    )


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Return the words by which a language is known, by its two-letter code."""
    return {code: frozenset(words.split()) for code, words in written()["small_words"].items()}


@cache
def written() -> dict[str, Any]:
    """Return ``words.yaml``."""
    loaded: dict[str, Any] = shipped.load(Path(__file__).with_name("words.yaml"))
    return loaded


@cache
def _countries() -> frozenset[str]:
    names: set[str] = set()
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code.isalpha():
                plain = re.sub(r"\s*[(\[].*", "", name).lower().replace("st.", "saint")
                names.add(plain)
                names.add(plain.replace(" & ", " and "))
    # In use as CLDR does not write them.
    names |= {"czech republic", "ivory coast", "cape verde", "east timor", "macedonia", "burma"}
    names |= {"united states of america", "great britain", "holland", "russian federation"}
    return frozenset(name for name in names if len(name) > 3)


def _lines(name: str) -> list[str]:
    return (_WORDS / f"{name}.txt").read_text("utf-8").split("\n")[:-1]
