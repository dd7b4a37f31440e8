"""The duties to notify, loaded from ``law/places/*.yaml`` and picked by date.

One entry is one duty over one period: when a figure changes, the old entry gets a ``valid_to`` and
a new one with the same id follows. An entry says either since when it is the law (``valid_from``)
or the earliest day for which it was checked (``known_since``); before the first of an id the answer
is "not known for that date", unless it says that there was none (``predecessor: none``). A bill, or
an act whose start is not fixed, is kept with ``in_force: false`` and never picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from operator import ge, gt, lt
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.clocks import PeriodCounting, PeriodUnit
from aboveboard.law.rules.sources import Confidence, LawSource, confidence, read_sources
from aboveboard.law.terms import DataAcquisition, Deadline, OrgRole, Required

_FOLDER = Path(__file__).parent
_PLACES = _FOLDER.parent / "places"
_OPERATORS = {">": gt, ">=": ge, "<": lt}


class Binding(StrEnum):
    """What ties an organisation to a law."""

    RESIDENTS = "residents"
    """It holds data of people who live there, wherever it is itself."""
    ESTABLISHED = "established"
    """It is established there, wherever the people live."""
    DOMICILED = "domiciled"
    """It is an insurer whose state of domicile this is."""
    SECTOR = "sector"
    """It is in a sector of the law, wherever it is itself and wherever the people live."""


@dataclass(frozen=True, slots=True)
class PeopleThreshold:
    """How many people the duty takes: ``of`` is residents, persons (perhaps
    elsewhere too) or everyone.

    ``alternative``: reaching it makes the duty bind even where the harm test does not.
    """

    count: int
    operator: str
    of: str
    text: str
    alternative: bool = False

    def met_by(self, people: int) -> bool:
        """Say whether ``people`` are enough (or, for "<", few enough)."""
        return bool(_OPERATORS[self.operator](people, self.count))

    def words(self) -> str:
        """Return the threshold in words: "more than 500", "500 or more", "fewer than 500"."""
        return {
            ">": f"more than {self.count:,}",
            ">=": f"{self.count:,} or more",
            "<": f"fewer than {self.count:,}",
        }[self.operator]


@dataclass(frozen=True, slots=True)
class OuterLimit:
    """A second period from another moment; whichever of the two ends first is the deadline (DORA:
    4 hours from classification and at most 24 hours from awareness).

    ``unless_started_later``: the limit falls away where the first period begins only after it.
    """

    deadline: Deadline
    start: str
    unless_started_later: bool = False


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One duty over one period, as its file states it.

    ``sectors``: it binds whoever declares any of them; everybody where there is none.
    ``except_sectors``: those established there in one of them have a law of their own in its place.
    ``except_public_bodies_of_parts``: of a country, it does not bind the agencies of its states.
    ``not_domiciled``: an insurer that is domiciled there has another duty. ``zone``: the
    IANA zone whose days count where the law says so (SEC: the regulator's); empty for ours.
    ``holidays``: the place whose working days count, where it is not the duty's own.
    """

    id: str
    jurisdiction: str
    law: str
    citation: str
    regulated: str
    recipient: str
    recipient_type: str
    authority: str
    role: OrgRole
    sectors: frozenset[str]
    except_sectors: frozenset[str]
    public_body: bool
    private_only: bool
    except_public_bodies_of_parts: bool
    binds: Binding
    not_domiciled: bool
    data: str
    verbs: frozenset[DataAcquisition]
    medium: str
    trigger: str
    harm_test: str
    harm_text: str
    threshold: PeopleThreshold | None
    deadline: Deadline
    outer_limit: OuterLimit | None
    year_end: bool
    clock_start: str
    clock_text: str
    zone: str
    holidays: str
    counting: PeriodCounting
    chained_to: tuple[str, ...]
    relation: str
    safe_harbour: str
    safe_harbour_text: str
    exemptions: str
    records: str
    content_required: tuple[str, ...]
    content_forbidden: tuple[str, ...]
    in_force: bool
    valid_from: date | None
    known_since: date | None
    valid_to: date | None
    predecessor: str
    status: str
    sources: tuple[LawSource, ...]
    notes: str

    @property
    def begins(self) -> date:
        """The first day on which we know this entry to be the law; ``date.max`` for a bill."""
        return self.valid_from or self.known_since or date.max

    @property
    def confidence(self) -> Confidence:
        """How far the entry may be relied on: it follows from what was read."""
        return confidence(self.sources)

    def is_in_force_on(self, day: date) -> bool:
        """Say whether this entry is known to be the law on ``day``."""
        return (
            self.in_force and self.begins <= day and (self.valid_to is None or day <= self.valid_to)
        )


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


def _deadline(row: Mapping[str, Any]) -> Deadline:
    unit = row["unit"]
    known = unit if unit in set(PeriodUnit) else None
    return Deadline(row["value"], PeriodUnit(known) if known else None, row["kind"], row["text"])


def _outer_limit(row: Mapping[str, Any] | None) -> OuterLimit | None:
    if not row:
        return None
    return OuterLimit(_deadline(row), row["start"], row.get("unless_started_later", False))


def read_rule(place: str, row: Mapping[str, Any]) -> DutyRule:
    """Return an entry of the form of ``law/places``, for a place.

    Raises:
        KeyError, ValueError: it lacks a field or has a wrong one.
    """
    threshold = row.get("threshold")
    clock = row["clock"]
    return DutyRule(
        id=row["id"],
        jurisdiction=place,
        law=row["law"],
        citation=row["citation"],
        regulated=row["regulated"],
        recipient=row["recipient"],
        recipient_type=row["recipient_type"],
        authority=row.get("authority", ""),
        role=OrgRole(row["role"]),
        sectors=frozenset(row.get("sectors", ())),
        except_sectors=frozenset(row.get("except_sectors", ())),
        public_body=row.get("public_body", False),
        private_only=row.get("private_only", False),
        except_public_bodies_of_parts=row.get("except_public_bodies_of_parts", False),
        binds=Binding(row.get("binds", "residents")),
        not_domiciled=row.get("not_domiciled", False),
        data=row.get("data", ""),
        verbs=frozenset(DataAcquisition(verb) for verb in row["trigger"]["verbs"]),
        medium=row["trigger"]["medium"],
        trigger=row["trigger"]["text"],
        harm_test=row["harm_test"]["rule"],
        harm_text=row["harm_test"]["text"] or "",
        threshold=PeopleThreshold(**threshold) if threshold else None,
        deadline=_deadline(row["deadline"]),
        outer_limit=_outer_limit(row.get("outer_limit")),
        year_end=row["deadline"]["unit"] == "days_after_year_end",
        clock_start=clock["start"],
        clock_text=clock["text"],
        zone=clock.get("zone", ""),
        holidays=clock.get("holidays", ""),
        counting=PeriodCounting(clock.get("counting", "plain")),
        chained_to=tuple(row.get("chained_to", ())),
        relation=row.get("relation", ""),
        safe_harbour=row["safe_harbour"]["exists"],
        safe_harbour_text=row["safe_harbour"]["text"] or "",
        exemptions=row.get("exemptions", ""),
        records=row.get("records", ""),
        content_required=tuple(row["content_required"]),
        content_forbidden=tuple(row.get("content_forbidden", ())),
        in_force=row["in_force"],
        valid_from=row.get("valid_from"),
        known_since=row.get("known_since"),
        valid_to=row.get("valid_to"),
        predecessor=row.get("predecessor", ""),
        status=row["status"],
        sources=read_sources(row["sources"]),
        notes=row.get("notes", ""),
    )
