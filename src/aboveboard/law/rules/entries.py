"""One entry of ``law/places/*.yaml``: what its fields are, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import ge, gt, lt
from typing import Any

from aboveboard.law.clocks import PeriodCounting, PeriodUnit
from aboveboard.law.rules.sources import Confidence, LawSource, confidence, read_sources
from aboveboard.law.terms import DataAcquisition, Deadline, OrgRole

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
    ``not_domiciled``: an insurer that is domiciled there has another duty.
    ``day_of_next_year``: month and day by which it is due, where the law names them.
    ``not_before``: a time to wait, from the start of the clock, before it may be done.
    ``zone``: the IANA zone whose days count where the law says so (SEC: the regulator's), or ours.
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
    day_of_next_year: tuple[int, int] | None
    not_before: Deadline | None
    clock_start: str
    clock_text: str
    first_day_counts: bool
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


def _deadline(row: Mapping[str, Any]) -> Deadline:
    unit = row["unit"]
    known = unit if unit in set(PeriodUnit) else None
    return Deadline(row["value"], PeriodUnit(known) if known else None, row["kind"], row["text"])


def _day_of_next_year(row: Mapping[str, Any]) -> tuple[int, int] | None:
    if row["unit"] != "day_of_next_year":
        return None
    month, day = row["day"].split("-")
    return int(month), int(day)


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
        day_of_next_year=_day_of_next_year(row["deadline"]),
        not_before=_deadline(row["not_before"]) if "not_before" in row else None,
        clock_start=clock["start"],
        clock_text=clock["text"],
        first_day_counts=clock.get("first_day_counts", False),
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
