"""Lawful bases and Article 9 conditions: their article, their DPV term and their plain
words (``bases.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aboveboard.basics import shipped


@dataclass(frozen=True, slots=True)
class Provision:
    """One point of the law: ``article`` as cited, ``dpv`` as ``eu-gdpr:A6-1-a``,
    ``words`` to the customer and ``for_staff`` by language."""

    key: str
    article: str
    dpv: str
    words: Mapping[str, str]
    for_staff: Mapping[str, str]

    def say(self, language: str) -> str:
        """Return the plain words in a language, English where it is missing."""
        return self.words.get(language, self.words["en"])

    def say_to_staff(self, language: str) -> str:
        """Return what staff read, who are not the person of "your contract"."""
        return self.for_staff.get(language, self.for_staff["en"])


def provisions(rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Provision]:
    """Return the rows of a law file as provisions, by key, in the order of the file."""
    return MappingProxyType(
        {
            key: Provision(
                key,
                row["article"],
                f"eu-gdpr:{row['dpv']}",
                MappingProxyType(row["words"]),
                MappingProxyType(row.get("for_staff", row["words"])),
            )
            for key, row in rows.items()
        }
    )


@cache
def lawful_bases() -> Mapping[str, Provision]:
    """Return the six lawful bases of GDPR Art. 6(1)."""
    return provisions(_file()["bases"])


@cache
def special_conditions() -> Mapping[str, Provision]:
    """Return the ten conditions of GDPR Art. 9(2)."""
    return provisions(_file()["conditions"])


@cache
def _file() -> Mapping[str, Any]:
    data: Mapping[str, Any] = shipped.load(Path(__file__).with_name("bases.yaml"))
    return data
