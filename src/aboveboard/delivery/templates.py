"""The words of notices: YAML files for each language, loaded once and known by their digest.

The files of a template lie in ``letter_texts``: ``NAME-PART.LANGUAGE.yaml`` holds words,
``NAME-PART.yaml`` which of them are used where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import shipped

FOLDER: Final = Path(__file__).with_name("letter_texts")

LANGUAGES: Final = ("en", "fr", "de")
"""The languages that notices are written in; anyone else is written to in the first."""


@dataclass(frozen=True, slots=True)
class Template:
    """The files of one kind of notice."""

    name: str

    def words(self, part: str, language: str) -> Mapping[str, Any]:
        """Return the words of a part in one of :data:`LANGUAGES`."""
        return _read(f"{self.name}-{part}.{language}.yaml")

    def table(self, part: str) -> Mapping[str, Any]:
        """Return what decides which words are used."""
        return _read(f"{self.name}-{part}.yaml")

    def digest(self) -> str:
        """Return the SHA-256, hex, of all the files: whoever approves notices approves these
        bytes."""
        return _digest(self.name)


def language_of(asked: str) -> str:
    """Return the language of ours that is nearest to one that was asked for ("fr-CA" is "fr")."""
    return asked.split("-")[0] if asked.split("-")[0] in LANGUAGES else LANGUAGES[0]


def nearest_place(table: Mapping[str, Any], place: str) -> Any:
    """Return the row of the nearest place: "US-MA", then "US", then ""; None when there is none."""
    for key in (place, place.split("-")[0], ""):
        if key in table:
            return table[key]
    return None


@cache
def _read(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(FOLDER / name)
    return loaded


@cache
def _digest(template: str) -> str:
    # Each file with its name and length, so that no two sets of files give the same bytes.
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob(f"{template}-*.yaml")):
        content = path.read_bytes()
        whole.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()
