"""Sectors that would bring duties and that nobody has declared: each is a question, no silence.

Whoever is not asked whether they are a hospital or a bank is not told what a hospital or a bank
owes. So the duties are worked out once more as if every sector were declared, and what that adds
is said by sector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aboveboard.law import duties, reach
from aboveboard.law.rules import catalogue
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)


@dataclass(frozen=True, slots=True)
class SectorOffer:
    """A sector that would bring duties if we were in it: its key, ``words`` in which an
    organisation recognises itself, whom it would have to tell (each once, the most urgent first),
    and the soonest deadline, None where none is fixed or no clock has started."""

    sector: str
    words: str
    tells: tuple[str, ...]
    due_at: datetime | None


def offered(
    facts: LossFacts, people: Sequence[AffectedGroup], *, times: BreachTimes, profile: OrgProfile
) -> tuple[SectorOffer, ...]:
    """Return the sectors that would bring duties which may bind, and are not declared: those whose
    time runs out first before the others.

    Raises:
        ValueError: a moment has no time zone.
    """
    others = _sectors_there(people, times, profile) - profile.sectors
    declared = {row.duty_id for row in duties.due(facts, people, times=times, profile=profile)}
    everything = replace(profile, sectors=profile.sectors | others)
    added = [
        row
        for row in duties.due(facts, people, times=times, profile=everything)
        if row.duty_id not in declared and row.required is not Required.NO
    ]
    by_sector: dict[str, list[DutyDue]] = {}
    for row in added:
        for sector in others.intersection(row.sectors):
            by_sector.setdefault(sector, []).append(row)
    offers = [_offer(sector, rows) for sector, rows in by_sector.items()]
    return tuple(sorted(offers, key=_urgency))


def _sectors_there(
    people: Sequence[AffectedGroup], times: BreachTimes, profile: OrgProfile
) -> frozenset[str]:
    """Return the sectors of the law where people live and where we are. A law that binds its sector
    wherever it is would else be asked of everybody."""
    day = times.aware.astimezone(ZoneInfo(profile.time_zone)).date()
    return frozenset(
        sector
        for place in reach.places_concerned(people, profile, day)
        for rule in catalogue.rules_of(place)
        for sector in rule.sectors
    )


def _offer(sector: str, rows: Sequence[DutyDue]) -> SectorOffer:
    tells = dict.fromkeys(row.authority or row.recipient for row in rows)
    ends = [row.due_at for row in rows if row.due_at is not None]
    return SectorOffer(sector, catalogue.sectors()[sector], tuple(tells), min(ends, default=None))


def _urgency(offer: SectorOffer) -> tuple[bool, float, str]:
    moment = offer.due_at.timestamp() if offer.due_at else 0.0
    return offer.due_at is None, moment, offer.words
