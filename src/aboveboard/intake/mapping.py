"""The mapping file: which column of a customer file is which field, and which
columns are left behind.

Every column must be named, as a field or as dropped with the reason, so that nobody collects by
accident. Pure: text in, :class:`ColumnMapping` out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

import yaml

from aboveboard.basics.errors import Invalid
from aboveboard.intake import collected
from aboveboard.intake.changes import ChangeRule, ChangeRules
from aboveboard.intake.collected import CollectionTerms
from aboveboard.kinds.days import ISO, PATTERNS


class MappingRefused(Invalid):
    """The mapping {file} cannot be used: {why}."""

    code = "mapping_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the rows of one kind of file become people.

    ``columns``: column to field. ``dropped``: column to the reason it is not collected. ``joined``:
    a postal address to the columns that are its lines. ``dates``: how the file writes days.
    ``changes``: what becomes of a value that is held otherwise.
    ``subdivided``: countries whose law differs by state, so that the jurisdiction is ``US-CA``.
    """

    identify_by: str
    columns: Dictionary[str, str]
    dropped: Dictionary[str, str]
    country: str
    region: str | None
    subdivided: frozenset[str]
    languages: Dictionary[str, str]
    collected: CollectionTerms
    joined: Dictionary[str, tuple[str, ...]]
    dates: str
    changes: ChangeRules = dataclasses.field(default_factory=ChangeRules)

    def fields(self) -> tuple[str, ...]:
        """Return every field that a file fills."""
        return (*self.columns.values(), *self.joined)

    def jurisdiction(self, values: Dictionary[str, str]) -> str:
        """Return where the person lives: ``FR``, or ``US-CA`` where law differs by
        state; ``??`` if unknown."""
        return self.jurisdiction_of(
            values.get(self.country, "").strip().upper(),
            values.get(self.region or "", "").strip().upper(),
        )

    def jurisdiction_of(self, country: str, region: str) -> str:
        """Return the same of a country and a region, upper case."""
        country = country or "??"
        return f"{country}-{region}" if country in self.subdivided and region else country

    def language(self, values: Dictionary[str, str]) -> str:
        """Return the language to write to the person in."""
        # By country, since files seldom say it.
        return self.languages.get(values.get(self.country, "").strip().upper(), "en")


_KEYS = {
    "identify_by",
    "columns",
    "dropped",
    "country",
    "region",
    "subdivided",
    "languages",
    "collected",
    "joined",
    "dates",
    "changes",
}


def load(source: str, *, name: str) -> ColumnMapping:
    """Read a mapping file.

    Raises:
        MappingRefused: not YAML, an unknown or missing key, or a field given twice.
        CollectedRefused: what it says of how they were collected cannot be read.
    """
    raw = _settings(source, name)
    for key in raw.keys() ^ _KEYS:
        if key not in _KEYS:
            raise MappingRefused(
                file=name,
                why=f"`{key}` is not a setting",
                fix=f"Use one of: {', '.join(sorted(_KEYS))}.",
            )
        if key in ("identify_by", "columns", "country"):
            raise MappingRefused(file=name, why=f"`{key}` is missing", fix=f"Add `{key}:`.")
    columns, dropped = _texts(raw, "columns", name), _texts(raw, "dropped", name)
    twice = sorted({field for field in columns.values() if list(columns.values()).count(field) > 1})
    both = sorted(columns.keys() & dropped.keys())
    if twice or both:
        raise MappingRefused(
            file=name,
            why=f"given twice: {', '.join(twice + both)}",
            fix="Give each column and field once.",
        )
    for key in ("identify_by", "country"):
        if raw[key] not in columns.values():
            raise MappingRefused(
                file=name,
                why=f"`{key}: {raw[key]}` is not a field that a column fills",
                fix="Name one of the fields.",
            )
    return ColumnMapping(
        identify_by=raw["identify_by"],
        columns=columns,
        dropped=dropped,
        country=raw["country"],
        region=raw.get("region"),
        subdivided=frozenset(raw.get("subdivided") or ()),
        languages=_texts(raw, "languages", name),
        collected=collected.read(raw.get("collected")),
        joined=_joined(raw, columns, dropped, name),
        dates=_dates(raw, name),
        changes=_changes(raw, {*columns.values(), *(raw.get("joined") or {})}, name),
    )


def _settings(source: str, name: str) -> dict[str, Any]:
    """Return the settings of a mapping file, as YAML has them.

    Raises:
        MappingRefused: it is not YAML, or has none.
    """
    try:
        # The safe loader: plain values alone, and no object of whoever wrote the file.
        raw = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise MappingRefused(
            file=name, why=f"it is not YAML{where}", fix="Check the indentation and quotes there."
        ) from None
    except (RecursionError, ValueError, OverflowError):
        # Nested beyond all reason; or a day or number that there is not, such as 2026-13-45.
        raise MappingRefused(
            file=name,
            why="it is nested too deep, or has a date or number that there is not",
            fix="Start from the sample: aboveboard import --print-sample-mapping",
        ) from None
    if not isinstance(raw, dict):
        raise MappingRefused(
            file=name,
            why="it has no settings",
            fix="Start from the sample: aboveboard import --print-sample-mapping",
        )
    return raw


def _texts(raw: dict[str, Any], key: str, name: str) -> dict[str, str]:
    value = raw.get(key) or {}
    if not isinstance(value, dict) or not all(
        isinstance(part, str) for pair in value.items() for part in pair
    ):
        raise MappingRefused(
            file=name,
            why=f"`{key}` is not a list of `name: text`",
            fix=f"Write `{key}:` with one `name: text` a line.",
        )
    return value


def _joined(
    raw: dict[str, Any], columns: Dictionary[str, str], dropped: Dictionary[str, str], name: str
) -> dict[str, tuple[str, ...]]:
    value = raw.get("joined") or {}
    if not isinstance(value, dict) or not all(
        isinstance(field, str)
        and isinstance(parts, list)
        and parts
        and all(isinstance(part, str) for part in parts)
        for field, parts in value.items()
    ):
        raise MappingRefused(
            file=name,
            why="`joined` is not a list of `field: [column, column]`",
            fix="Write `joined: {home: [street, city, postcode]}`.",
        )
    for field, parts in value.items():
        twice = (
            [field]
            if field in columns.values()
            else [part for part in parts if part in dropped or parts.count(part) > 1]
        )
        if twice:
            raise MappingRefused(
                file=name,
                why=f"given twice: {', '.join(dict.fromkeys(twice))}",
                fix="Give each column and field once.",
            )
    return {field: tuple(parts) for field, parts in value.items()}


def _changes(raw: dict[str, Any], filled: set[str], name: str) -> ChangeRules:
    given = raw.get("changes", ChangeRule.NEWER.value)
    rules = {"default": given} if isinstance(given, str) else given
    words = ", ".join(rule.value for rule in ChangeRule)
    if not isinstance(rules, dict):
        raise MappingRefused(
            file=name,
            why="`changes` is neither a word nor a list of `field: word`",
            fix=f"Write one of {words}; or a field and one of them a line, and `default:`.",
        )
    read: dict[str, ChangeRule] = {}
    for field, word in rules.items():
        if word not in list(ChangeRule):
            raise MappingRefused(
                file=name,
                why=f"`changes: {field}` is {word!r}"[:120],
                fix=f"Use one of: {words}.",
            )
        if field != "default" and field not in filled:
            raise MappingRefused(
                file=name,
                why=f"`changes: {field}` is not a field that a column fills",
                fix="Name one of the fields, or `default`.",
            )
        read[field] = ChangeRule(word)
    return ChangeRules(read.pop("default", ChangeRule.NEWER), read)


def _dates(raw: dict[str, Any], name: str) -> str:
    pattern = raw.get("dates", ISO)
    if pattern not in PATTERNS:
        raise MappingRefused(
            file=name,
            why="`dates` is not a known date format",
            fix=f"Use one of: {', '.join(PATTERNS)}.",
        )
    return str(pattern)
