"""The duties to notify, loaded from ``law/places/*.yaml`` and picked by date.

One entry is one duty over one period: when a figure changes, the old entry gets a ``valid_to`` and
a new one with the same id follows. An entry says either since when it is the law (``valid_from``)
or the earliest day for which it was checked (``known_since``); before the first of an id the answer
is "not known for that date", unless it says that there was none (``predecessor: none``). A bill, or
an act whose start is not fixed, is kept with ``in_force: false`` and never picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.rules.entries import DutyRule, read_rule
from aboveboard.law.terms import Required

_FOLDER = Path(__file__).parent
_PLACES = _FOLDER.parent / "places"


@cache
def rules() -> tuple[DutyRule, ...]:
    """Return every entry of every place, by the place's code.

    Raises:
        KeyError, ValueError: an entry lacks a field or has a wrong one; the start stops.
    """
    return tuple(rule for place in place_codes() for rule in rules_of(place))


@cache
def rules_of(place: str) -> tuple[DutyRule, ...]:
    """Return every entry of one place, in file order; none if the place is not held.

    Raises:
        KeyError, ValueError: as of :func:`rules`.
    """
    if place not in place_codes():
        return ()
    return tuple(read_rule(place, row) for row in place_file(place)["duties"])


def in_force_on(day: date) -> tuple[DutyRule, ...]:
    """Return the entries that are the law on ``day``."""
    return tuple(rule for rule in rules() if rule.is_in_force_on(day))


def not_known_on(day: date, among: Iterable[DutyRule]) -> tuple[DutyRule, ...]:
    """Return, of each duty that was not checked for ``day``, its first entry after it: what the law
    was then is not known.

    A duty whose first entry says that there was none before it is not among them, nor is a bill.
    """
    first: dict[str, DutyRule] = {}
    covered: set[str] = set()
    for rule in among:
        if not rule.in_force:
            continue
        if rule.is_in_force_on(day):
            covered.add(rule.id)
        elif rule.begins > day and (rule.id not in first or rule.begins < first[rule.id].begins):
            first[rule.id] = rule
    return tuple(
        rule for rule in first.values() if rule.id not in covered and rule.predecessor != "none"
    )


def coming(day: date) -> tuple[DutyRule, ...]:
    """Return what is not the law on ``day`` but will be or may become it: acts that are not in
    force yet, and bills."""
    return tuple(
        rule
        for rule in rules()
        if (not rule.in_force and (rule.valid_from is None or rule.valid_from > day))
        or (rule.in_force and rule.valid_from is not None and rule.valid_from > day)
    )


@cache
def place_codes() -> frozenset[str]:
    """Return the codes of the places whose duties are held ("EU", "GB", "US-CA")."""
    return frozenset(file.stem.upper() for file in _PLACES.glob("*.yaml"))


@cache
def place_file(place: str) -> Mapping[str, Any]:
    """Return what the file of a place holds.

    Raises:
        OSError: the place is not held.
    """
    # A place at a time: a loss touches a few of them, and to read all takes a second.
    loaded: Mapping[str, Any] = shipped.load(_PLACES / f"{place.lower()}.yaml")
    return loaded


@cache
def harm_answers() -> Mapping[str, Mapping[str, str]]:
    """Return, per harm test, its words and the answer for each likelihood of harm."""
    tests: Mapping[str, Mapping[str, str]] = shipped.load(_FOLDER / "harm_tests.yaml")["tests"]
    return tests


HARM_ANSWERS: Mapping[str, Required] = {
    "yes": Required.YES,
    "no": Required.NO,
    "ask": Required.ASK,
}


@cache
def moments() -> Mapping[str, Mapping[str, str]]:
    """Return the moments that start clocks: key to its ``words``, and to what to ``ask``."""
    listed: Mapping[str, Mapping[str, str]] = shipped.load(_FOLDER / "moments.yaml")["moments"]
    return listed


@cache
def sectors() -> Mapping[str, str]:
    """Return the sectors with duties of their own: key to what it is, for the
    organisation to declare."""
    listed: Mapping[str, str] = _sectors_file()["sectors"]
    return listed


def places_that_bind(sectors_: Iterable[str]) -> frozenset[str]:
    """Return the places whose law binds those in some sectors, wherever they are."""
    index: Mapping[str, list[str]] = _sectors_file()["bound_anywhere"]
    return frozenset(place for sector in sectors_ for place in index.get(sector, ()))


@cache
def _sectors_file() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FOLDER / "sectors.yaml")
    return loaded


def place_name(code: str) -> str:
    """Return the name of a place whose duties are held, or of a part of Canada; or its code."""
    if code in place_codes():
        return str(place_file(code)["name"])
    return _also_named().get(code, code)


def has_law_of_its_own(code: str) -> bool:
    """Whether duties are held for this very place, and not only for the country it is part of."""
    return code in place_codes()


def parts_of(country: str) -> frozenset[str]:
    """Return the codes of the parts of a country that are held, or named for a list."""
    return frozenset(
        code for code in (*place_codes(), *_also_named()) if code.startswith(f"{country}-")
    )


def part_needed(code: str) -> str:
    """Return what to say of people whose part of a country is not recorded
    though it decides, or ""."""
    return str(place_file(code).get("needs_part", "")) if code in place_codes() else ""


def place_note(code: str) -> str:
    """Return what to say besides of the duties of a place, or ""."""
    return str(place_file(code).get("note", "")) if code in place_codes() else ""


def sector_only(place: str) -> bool:
    """Say whether all duties held for a place bind one sector only."""
    own = rules_of(place)
    return bool(own) and all(rule.sectors for rule in own)


@cache
def _also_named() -> Mapping[str, str]:
    names: Mapping[str, str] = shipped.load(_FOLDER / "also_named.yaml")["names"]
    return names
