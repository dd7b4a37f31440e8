"""The duties to notify, loaded from ``duties-*.yaml`` and picked by date.

One entry is one duty over one period of validity: when a figure changes, the old entry gets a
``valid_to`` and a new one with the same id follows. A bill, or an act whose start is not fixed, is
kept with ``in_force: false`` and never picked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import ge, gt, lt
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.clocks import PeriodUnit
from aboveboard.law.terms import DataAcquisition, Deadline, OrgRole, Required

_FOLDER = Path(__file__).parent
_OPERATORS = {">": gt, ">=": ge, "<": lt}


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
class DutyRule:
    """One duty over one period of validity, as its file states it."""

    id: str
    jurisdiction: str
    law: str
    citation: str
    regulated: str
    recipient: str
    recipient_type: str
    authority: str
    role: OrgRole
    sector: str
    public_body: bool
    data: str
    verbs: frozenset[DataAcquisition]
    medium: str
    trigger: str
    harm_test: str
    harm_text: str
    threshold: PeopleThreshold | None
    deadline: Deadline
    year_end: bool
    clock_start: str
    clock_text: str
    chained_to: tuple[str, ...]
    relation: str
    safe_harbour: str
    safe_harbour_text: str
    follow_ups: tuple[Deadline, ...]
    exemptions: str
    records: str
    content_required: tuple[str, ...]
    content_forbidden: tuple[str, ...]
    in_force: bool
    valid_from: date | None
    valid_to: date | None
    status: str
    checked: date
    confidence: str
    source: str
    notes: str

    def is_in_force_on(self, day: date) -> bool:
        """Say whether this entry is the law on ``day``."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.in_force and begun and (self.valid_to is None or day <= self.valid_to)


@cache
def rules() -> tuple[DutyRule, ...]:
    """Return every entry of every file, in file order.

    Raises:
        KeyError, ValueError: an entry lacks a field or has a wrong one; the start stops.
    """
    every: list[DutyRule] = []
    for file in sorted(_FOLDER.glob("duties-*.yaml")):
        every += [_rule(row) for row in shipped.load(file)["duties"]]
    return tuple(every)


def in_force_on(day: date) -> tuple[DutyRule, ...]:
    """Return the entries that are the law on ``day``."""
    return tuple(rule for rule in rules() if rule.is_in_force_on(day))


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
def sectors() -> Mapping[str, str]:
    """Return the sectors with duties of their own: key to what it is, for the
    organisation to declare."""
    listed: Mapping[str, str] = shipped.load(_FOLDER / "sectors.yaml")["sectors"]
    return listed


@cache
def _places() -> Mapping[str, Mapping[str, str]]:
    places: Mapping[str, Mapping[str, str]] = shipped.load(_FOLDER / "places.yaml")
    return places


def place_name(code: str) -> str:
    """Return the name of a place whose duties are held, or of a part of Canada; or its code."""
    places = _places()
    return places["names"].get(code) or places["also_named"].get(code, code)


def has_law_of_its_own(code: str) -> bool:
    """Whether duties are held for this very place, and not only for the country it is part of."""
    return code in _places()["names"]


def part_needed(code: str) -> str:
    """Return what to say of people whose part of a country is not recorded
    though it decides, or ""."""
    return _places()["needs_part"].get(code, "")


def place_note(code: str) -> str:
    """Return what to say besides of the duties of a place, or ""."""
    return _places()["notes"].get(code, "")


def _deadline(row: Mapping[str, Any]) -> Deadline:
    unit = row["unit"]
    known = unit if unit in set(PeriodUnit) else None
    return Deadline(row["value"], PeriodUnit(known) if known else None, row["kind"], row["text"])


def _rule(row: Mapping[str, Any]) -> DutyRule:
    threshold = row.get("threshold")
    return DutyRule(
        id=row["id"],
        jurisdiction=row["jurisdiction"],
        law=row["law"],
        citation=row["citation"],
        regulated=row["regulated"],
        recipient=row["recipient"],
        recipient_type=row["recipient_type"],
        authority=row.get("authority", ""),
        role=OrgRole(row["role"]),
        sector=row.get("sector", ""),
        public_body=row.get("public_body", False),
        data=row.get("data", ""),
        verbs=frozenset(DataAcquisition(verb) for verb in row["trigger"]["verbs"]),
        medium=row["trigger"]["medium"],
        trigger=row["trigger"]["text"],
        harm_test=row["harm_test"]["rule"],
        harm_text=row["harm_test"]["text"] or "",
        threshold=PeopleThreshold(**threshold) if threshold else None,
        deadline=_deadline(row["deadline"]),
        year_end=row["deadline"]["unit"] == "days_after_year_end",
        clock_start=row["clock"]["start"],
        clock_text=row["clock"]["text"],
        chained_to=tuple(row.get("chained_to", ())),
        relation=row.get("relation", ""),
        safe_harbour=row["safe_harbour"]["exists"],
        safe_harbour_text=row["safe_harbour"]["text"] or "",
        follow_ups=tuple(_deadline(item) for item in row.get("follow_ups", ())),
        exemptions=row.get("exemptions", ""),
        records=row.get("records", ""),
        content_required=tuple(row["content_required"]),
        content_forbidden=tuple(row.get("content_forbidden", ())),
        in_force=row["in_force"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        status=row["status"],
        checked=row["checked"],
        confidence=row["confidence"],
        source=row["source"],
        notes=row.get("notes", ""),
    )


def sector_only(place: str) -> bool:
    """Say whether all duties held for a place bind one sector only."""
    own = [rule for rule in rules() if rule.jurisdiction == place]
    return bool(own) and all(rule.sector for rule in own)
