"""One entry of the files beside this module: what its fields are, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aboveboard.law.clocks import PeriodCounting, PeriodUnit
from aboveboard.law.rights.terms import ClockStart, PauseDays, RightKind, WaitReason
from aboveboard.law.rules.sources import Confidence, LawSource, confidence, read_sources


@dataclass(frozen=True, slots=True)
class RightsPeriod:
    """A length of time in a law. ``value`` is None where it says "without delay" and no number."""

    value: int | None
    unit: PeriodUnit
    text: str


@dataclass(frozen=True, slots=True)
class RightsRule:
    """How fast one law wants some kinds of request answered, over one period.

    ``protects``: whom, and which organisations it binds, in words. ``extension``: what may be added
    once, on a condition in its text. ``pauses``: what may be waited for while the clock stands
    still. ``confirm``: the time to confirm receipt. ``appeal``: the time to answer a complaint
    about a refusal, where the law has one. ``fee`` and ``refusal``: when either is allowed.
    """

    id: str
    place: str
    law: str
    citation: str
    rights: frozenset[RightKind]
    protects: str
    starts: ClockStart
    answer: RightsPeriod
    extension: RightsPeriod | None
    pauses: frozenset[WaitReason]
    pause_days: PauseDays
    counting: PeriodCounting
    confirm: RightsPeriod | None
    appeal: RightsPeriod | None
    fee: str
    refusal: str
    valid_from: date | None
    known_since: date | None
    valid_to: date | None
    predecessor: str
    sources: tuple[LawSource, ...]
    notes: str

    @property
    def begins(self) -> date:
        """The first day on which we know this entry to be the law."""
        return self.valid_from or self.known_since or date.max

    @property
    def confidence(self) -> Confidence:
        """How far the entry may be relied on: it follows from what was read."""
        return confidence(self.sources)

    def is_in_force_on(self, day: date) -> bool:
        """Say whether this entry is known to be the law on ``day``."""
        return self.begins <= day and (self.valid_to is None or day <= self.valid_to)


def read_entry(row: Mapping[str, Any]) -> RightsRule:
    """Return an entry as its file states it.

    Raises:
        KeyError, ValueError: it lacks a field or has a wrong one; the start stops.
    """
    return RightsRule(
        id=row["id"],
        place=row["place"],
        law=row["law"],
        citation=row["citation"],
        rights=frozenset(RightKind(kind) for kind in row["rights"]),
        protects=row["protects"],
        starts=ClockStart(row.get("starts", "receipt")),
        answer=_needed_period(row["answer"]),
        extension=_period(row.get("extension")),
        pauses=frozenset(WaitReason(reason) for reason in row.get("pauses", ())),
        pause_days=PauseDays(row.get("pause_days", "between")),
        counting=PeriodCounting(row.get("counting", "plain")),
        confirm=_period(row.get("confirm")),
        appeal=_period(row.get("appeal")),
        fee=row.get("fee", ""),
        refusal=row.get("refusal", ""),
        valid_from=row.get("valid_from"),
        known_since=row.get("known_since"),
        valid_to=row.get("valid_to"),
        predecessor=row.get("predecessor", ""),
        sources=read_sources(row["sources"]),
        notes=row.get("notes", ""),
    )


def _period(row: Mapping[str, Any] | None) -> RightsPeriod | None:
    return _needed_period(row) if row else None


def _needed_period(row: Mapping[str, Any]) -> RightsPeriod:
    return RightsPeriod(row["value"], PeriodUnit(row["unit"]), row["text"])
