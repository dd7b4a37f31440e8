"""The algorithmic tools that a promise declares: what decides, or helps to decide, about people.

Their records have the fields of the UK Algorithmic Transparency Recording Standard, version 3.0
(``algorithms.yaml``). What the promise says elsewhere (organisation, contact, fields) is not
written twice. Pure and frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.promise.text import TranslatedText


@dataclass(frozen=True, slots=True)
class AlgorithmicTool:
    """One tool.

    Attributes:
        title: "The program that chooses offers".
        logic: how it decides, in plain words (GDPR Art. 15(1)(h)).
        consequences: what follows from it for a person.
        purposes: keys of the purposes that it serves.
        decides_alone: whether no person looks before it takes effect (GDPR Art. 22(1)).
        review: how to have a person look at it (GDPR Art. 22(3)); None where nobody can.
        record: the other fields of the standard that were filled in, by key.
    """

    key: str
    title: TranslatedText
    logic: TranslatedText
    consequences: TranslatedText
    purposes: tuple[str, ...]
    decides_alone: bool
    review: TranslatedText | None
    record: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlgorithmField:
    """One field of the standard: its number there ("2.2.2"), its key, and its name by language."""

    number: str
    key: str
    name: Mapping[str, str]

    def say(self, language: str) -> str:
        """Return its name in a language, else in English."""
        return self.name.get(language.split("-")[0], self.name["en"])


@cache
def algorithm_fields() -> Sequence[AlgorithmField]:
    """Return the fields of the standard that a record may fill in, in its order."""
    rows: Sequence[Mapping[str, Any]] = shipped.load(Path(__file__).with_name("algorithms.yaml"))[
        "fields"
    ]
    return tuple(
        AlgorithmField(
            str(row["number"]), row["key"], {each: row[each] for each in ("en", "fr", "de")}
        )
        for row in rows
    )
