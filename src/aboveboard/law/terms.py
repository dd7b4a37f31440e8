"""What the duties are worked out from, and what they are worked out into.

``AffectedGroup`` has the shape of a row of the exposure set after ``GROUP BY jurisdiction,
categories, protected, severity``: the people in it lost the same data, in the same readable or
unreadable form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aboveboard.law.clocks import PeriodUnit
from aboveboard.law.risk import Risk
from aboveboard.law.rules.sources import LawSource


class DataAcquisition(StrEnum):
    """How far the data went out of our hands. US laws turn on the verb:
    acquisition, access or loss."""

    ACQUIRED = "acquired"
    """Somebody without a right took it, or was sent it."""
    ACCESSED = "accessed"
    """Somebody without a right could read it; no copy is known."""
    LOST = "lost"
    """It is gone and nobody knows who has it."""
    UNAVAILABLE = "unavailable"
    """Nobody saw it; we cannot use it, or it was changed."""


class DataMedium(StrEnum):
    """What the data was on. Some laws cover electronic records only."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class OrgRole(StrEnum):
    """Whether the organisation decides over the data (controller) or holds it
    for another (processor)."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class Required(StrEnum):
    """Whether a duty binds. ``ASK`` where the law asks a question that only counsel can answer."""

    YES = "yes"
    NO = "no"
    ASK = "ask counsel"


@dataclass(frozen=True, slots=True)
class LossFacts:
    """What happened, as far as the laws ask.

    ``risk`` is the outcome of :func:`aboveboard.law.risk.assess` for the incident.
    ``keys_taken``: the keys of unreadable data went too (``None``: not known).
    ``codes_taken``: security codes, PINs or passwords that open a card or account went too.
    """

    taking: DataAcquisition
    risk: Risk
    medium: DataMedium = DataMedium.ELECTRONIC
    keys_taken: bool | None = False
    codes_taken: bool | None = None


@dataclass(frozen=True, slots=True)
class AffectedGroup:
    """People of one place who lost the same data.

    ``jurisdiction``: ISO 3166 of where they live ("GB", "FR", "DE-BY", "US-CA", "CA-QC", "AU-NSW").
    ``people``: how many. ``readable``: data category keys exposed in a form that can be read.
    ``protected``: keys exposed but unintelligible. ``risk``: for them, if not that of the incident.
    """

    jurisdiction: str
    people: int
    readable: frozenset[str]
    protected: frozenset[str] = frozenset()
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class BreachTimes:
    """The moments that start clocks; each aware. ``None``: has not happened,
    or was not written down.

    ``notified`` maps the id of a duty to the moment it was done: chained clocks start there.
    ``other`` maps any other clock start named in the catalogue (``payment_made``,
    ``incident_classified`` ...).
    """

    aware: datetime
    discovered: datetime | None = None
    determined: datetime | None = None
    scope_known: datetime | None = None
    statement_prepared: datetime | None = None
    notified: Mapping[str, datetime] = field(default_factory=dict)
    other: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrgProfile:
    """Who we are, as far as the laws ask.

    ``established_in``: ISO 3166 codes, the main establishment first ("DE-BY" where the Land decides
    the authority). ``sectors``: keys of :func:`aboveboard.law.rules.catalogue.sectors`; a
    sector duty applies only if its sector is declared. ``time_zone``: IANA name in which days end;
    ``other_zones``: those in which they may end too, where the organisation does not say in which
    it is: the earliest end counts. ``domicile``: an insurer's home state ("US-OH").
    ``lead_authority``: the place in the EEA whose authority leads, where that is not the first
    establishment there. ``role``: one, or several where it holds data in several.
    """

    established_in: tuple[str, ...]
    sectors: frozenset[str] = frozenset()
    role: OrgRole | frozenset[OrgRole] = OrgRole.CONTROLLER
    public_body: bool = False
    time_zone: str = "UTC"
    other_zones: tuple[str, ...] = ()
    domicile: str = ""
    lead_authority: str = ""

    @property
    def roles(self) -> frozenset[OrgRole]:
        """Every role in which the organisation holds data; the duties of each are judged."""
        return frozenset({self.role}) if isinstance(self.role, OrgRole) else self.role


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as the law states it. ``value`` and ``unit`` are ``None`` for
    "without undue delay"."""

    value: int | None
    unit: PeriodUnit | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DutyDue:
    """One duty for one place: to tell whom, whether we must, by when, on what law, and why.

    ``people`` are those whom the law counts; ``people_there`` all those exposed who live there.
    ``due_at`` is ``None`` where the law sets no fixed time or the clock has not started:
    ``clock_words`` says which. ``depends_on``: duty ids whose doing starts this clock;
    ``after``: duty ids that must be done first, whatever the clocks say.
    ``not_covered``: no rule is held for this place; the row says to ask counsel. ``not_known``: the
    rule was not checked for the day of the loss; the row says from when it was. ``sectors``: those
    whose duty it is, if it is not everybody's. ``starts``: the moments that start its clocks.
    """

    duty_id: str
    jurisdiction: str
    jurisdiction_name: str
    recipient_type: str
    recipient: str
    authority: str
    law: str
    citation: str
    people: int
    people_there: int
    required: Required
    reasons: tuple[str, ...]
    due_at: datetime | None
    deadline: Deadline
    clock_start: str
    clock_started_at: datetime | None
    clock_words: str
    depends_on: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    content_required: tuple[str, ...] = ()
    content_forbidden: tuple[str, ...] = ()
    sources: tuple[LawSource, ...] = ()
    confidence: str = ""
    not_covered: bool = False
    not_known: bool = False
    sectors: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
