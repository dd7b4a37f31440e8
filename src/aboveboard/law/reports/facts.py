"""What a report is made from: one frozen set of facts, with gaps allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from aboveboard.law.risk import Risk


@dataclass(frozen=True, slots=True)
class ReportParty:
    """A person or organisation that can be reached."""

    name: str
    contact: str
    function: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The facts of a report. Empty text, ``None`` and empty tuples mean "not known yet".

    Keys such as ``nature`` and ``cause`` are those of :func:`~.template.choices`. ``exposed``: data
    category keys. ``worst_band``: severity of those hit worst, 1 to 4. ``people_by_country``: ISO
    3166 country codes. ``written_at``: the moment of writing, which tells whether the report is
    late. ``time_zone``: in which moments are said, and named. ``dpo`` is ``None`` while nobody
    said; ``ReportParty("", "")`` if none is designated.
    """

    written_at: datetime
    aware_at: datetime
    time_zone: tzinfo = UTC
    organisation: str = ""
    organisation_contact: str = ""
    established_in: tuple[str, ...] = ()
    public_sector: bool | None = None
    reference: str = ""
    follow_up_to: str = ""
    reporter: ReportParty | None = None
    reporter_function: str = "other"
    dpo: ReportParty | None = None
    other_parties: tuple[ReportParty, ...] = ()
    occurred: str = ""
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    discovered_by: str = "us"
    discovery: str = ""
    late_reason: str = ""
    aspects: tuple[str, ...] = ()
    disclosure: str = ""
    unintelligible: str = ""
    alteration: str = ""
    outage: str = ""
    nature: str = ""
    cause: str = ""
    description: str = ""
    systems: str = ""
    subjects: tuple[str, ...] = ()
    people: int | None = None
    people_exact: bool = False
    people_by_country: Mapping[str, int] = field(default_factory=dict)
    exposed: frozenset[str] = frozenset()
    records: int | None = None
    records_exact: bool = False
    measures_before: tuple[str, ...] = ()
    measures_before_text: str = ""
    impacts: tuple[str, ...] = ()
    worst_band: int | None = None
    risk: Risk | None = None
    risk_reasons: tuple[str, ...] = ()
    measures_taken: str = ""
    measures_after: tuple[str, ...] = ()
    measures_after_text: str = ""
    subjects_notified: str = ""
    subjects_notified_at: datetime | None = None
    subjects_notified_count: int | None = None
    notice_text: str = ""
    notified_elsewhere: tuple[str, ...] = ()
    reported_to_police: bool | None = None
    staff_trained: bool | None = None
