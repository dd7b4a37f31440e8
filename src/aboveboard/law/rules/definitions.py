"""Which data a law covers, and whether a person lost any of it.

US state laws count only "personal information" of their own definition, mostly a name
together with a number that opens money or identity. GDPR-like laws cover all personal
data and need no entry here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.rules import catalogue
from aboveboard.law.severity import any_of
from aboveboard.law.terms import Required

_DATA = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True, slots=True)
class DataCoverage:
    """Whether the data is covered, by which elements (in words), and the sentence that says so."""

    covered: Required
    elements: tuple[str, ...]
    reason: str


def coverage(
    place: str, readable: frozenset[str], *, codes_taken: bool | None, on: date
) -> DataCoverage:
    """Say whether ``readable`` is personal information in the sense of the
    law of ``place`` on ``on``.

    ``place``: a place with a definition (:func:`places`). ``codes_taken``: codes or passwords that
    open cards and accounts went too; ``None``: not known.

    Raises:
        KeyError: there is no definition for the place.
    """
    tables = _tables()
    definition = _definition(place)
    sure, unsure = _elements(definition, readable, codes_taken, on)
    if definition.get("credentials") and all(
        any_of(tables["credentials"][part], readable) for part in ("identifier", "secret")
    ):
        sure.append(tables["credentials"]["label"])
    if sure:
        return DataCoverage(
            Required.YES, tuple(sure), f"The law covers what was lost: {', '.join(sure)}."
        )
    if unsure:
        note = definition.get("note", "")
        words = (
            f"Whether the law covers the {' and '.join(unsure)} depends on whether a code is "
            f"needed, and got out. {note}"
        )
        return DataCoverage(Required.ASK, tuple(unsure), words.strip())
    return DataCoverage(
        Required.NO, (), "None of the data that this law covers was exposed in readable form."
    )


def _elements(
    definition: Mapping[str, Any], readable: frozenset[str], codes_taken: bool | None, on: date
) -> tuple[list[str], list[str]]:
    tables = _tables()
    listed = list(definition.get("without_name", ()))
    if any_of(tables["name"], readable):
        listed += [item for item in definition.get("with_name", ()) if item not in listed]
    sure: list[str] = []
    unsure: list[str] = []
    for item in listed:
        key, needs_code, if_usable = (
            item.removesuffix("?").removesuffix("+code"),
            "+code" in item,
            item.endswith("?"),
        )
        element = tables["elements"][key]
        since = definition.get("since", {}).get(key)
        if not any_of(element["keys"], readable) or (since and on < since):
            continue
        if (not needs_code and not if_usable) or codes_taken:
            target = sure
        elif if_usable or codes_taken is None:
            target = unsure
        else:
            continue
        if element["label"] not in target:
            target.append(element["label"])
    return sure, unsure


def coverage_in_words(place: str) -> str:
    """Return what the law of ``place`` counts, in words.

    Raises:
        KeyError: there is no definition for the place.
    """
    tables = _tables()
    definition = _definition(place)
    parts = [
        _element_words(item, definition)
        for item in definition.get("with_name", ())
        if item not in definition.get("without_name", ())
    ]
    parts += [
        f"{_element_words(item, definition)} (without a name)"
        for item in definition.get("without_name", ())
    ]
    if definition.get("credentials"):
        parts.append(f"{tables['credentials']['label']} (without a name)")
    return ", ".join(parts)


def _element_words(item: str, definition: Mapping[str, Any]) -> str:
    key = item.removesuffix("?").removesuffix("+code")
    since = definition.get("since", {}).get(key)
    how = (
        " usable without a code, or with it"
        if item.endswith("?")
        else " with its code"
        if "+code" in item
        else ""
    )
    return f"{_tables()['elements'][key]['label']}{how}{f' since {since}' if since else ''}"


def places() -> frozenset[str]:
    """Return the places with a definition of their own, and the definitions that several share."""
    own = {
        place for place in catalogue.place_codes() if "definition" in catalogue.place_file(place)
    }
    return frozenset(own | set(_tables()["shared"]))


def _definition(place: str) -> Mapping[str, Any]:
    shared: Mapping[str, Any] = _tables()["shared"]
    if place in shared:
        definition: Mapping[str, Any] = shared[place]
    else:
        definition = catalogue.place_file(place)["definition"]
    return definition


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
