"""What changed for whom runs it: the changelog of this program, read by version.

## Unreleased
## 0.2.0 (30 November 2026)
### Topic
- **What it is**: the rest of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import aboveboard
from aboveboard.basics.errors import Misconfigured

_FILE: Final = "CHANGELOG.md"
UNRELEASED: Final = "Unreleased"
_TITLE: Final = re.compile(r"(\d+(?:\.\d+)*) \((\d{1,2} [A-Z][a-z]+ \d{4})\)")
_SENTENCE: Final = re.compile(r"(.+?[.:;])(?:\s|$)", re.DOTALL)


class NoChangelog(Misconfigured):
    """The changelog is not among the files of this version."""

    code = "no_changelog"
    next_step = "Install Aboveboard again; nothing else is known to be missing."


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """One version in the changelog: its number ("" of what is not released yet), its title with the
    date, its text, and the entries by topic, each as one line."""

    version: str
    title: str
    text: str
    topics: dict[str, list[str]]

    @property
    def count(self) -> int:
        """How many entries there are."""
        return sum(len(entries) for entries in self.topics.values())


def read_changelog() -> str:
    """Return the changelog of this version: from the wheel, or from the checkout.

    Raises:
        NoChangelog: it is in neither place.
    """
    shipped = resources.files("aboveboard") / _FILE
    checkout = Path(aboveboard.__file__).parents[2] / _FILE
    for place in (shipped, checkout):
        if place.is_file():
            return place.read_text("utf-8")
    raise NoChangelog


def parse(text: str) -> list[VersionChanges]:
    """Return the versions of a changelog, the newest first.

    Raises:
        ValueError: a version's title is neither "Unreleased" nor a number with its date.
    """
    return [_version(part) for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]


def changes_since(
    versions: list[VersionChanges], former: str | None, current: str
) -> list[VersionChanges]:
    """Return what came after ``former`` (None: not known, so all of it) up to ``current``, and what
    this program has that is not released yet; the newest first."""
    return [
        each
        for each in versions
        if each.count
        and (
            not each.version
            or (
                number(each.version) <= number(current)
                and (former is None or number(each.version) > number(former))
            )
        )
    ]


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers, to compare: "0.10.1" is (0, 10, 1). What follows them, such as
    "rc1", does not count."""
    digits = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in digits.group().split(".")) if digits else ()


def _version(part: str) -> VersionChanges:
    title, _, body = part.partition("\n")
    title = title.strip()
    titled = _TITLE.fullmatch(title)
    if titled is None and title != UNRELEASED:
        raise ValueError(f"a version of the changelog is called {title!r}")
    topics = {
        topic.partition("\n")[0].strip(): list(_entries(topic))
        for topic in re.split(r"^### ", body, flags=re.MULTILINE)[1:]
    }
    return VersionChanges(titled[1] if titled else "", title, f"{body.strip()}\n", topics)


def _entries(topic: str) -> Iterator[str]:
    for entry in re.split(r"^- ", topic, flags=re.MULTILINE)[1:]:
        plain = re.sub(r"\*\*|`", "", " ".join(entry.split()))
        first = _SENTENCE.match(plain)
        yield (first[1] if first else plain).rstrip(".:;")
