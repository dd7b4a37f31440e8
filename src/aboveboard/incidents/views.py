"""What others read of incidents, as values: no row of a table leaves this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aboveboard.custody.queries import ExportRow
from aboveboard.incidents.assessment.asking import TakenAnswer
from aboveboard.incidents.assessment.circumstances import Circumstances, StoredGroup
from aboveboard.incidents.models import (
    Assessment,
    DutyDone,
    Evidence,
    Exposure,
    Incident,
    TimelineEvent,
)
from aboveboard.incidents.not_notifying import NotNotifiedView
from aboveboard.incidents.sources.views import AffectedEstimateView, AffectedListView
from aboveboard.incidents.terms import (
    LOSSES,
    Certainty,
    IncidentKind,
    IncidentState,
    LossKind,
)
from aboveboard.law.duties import checked_against
from aboveboard.law.rules.sources import Confidence, LawSource, last_checked


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident. ``reported_by``: the actor, as JSON; ``reported_in_seconds``: how long the
    report took to write, None if nobody measured it; ``answers``: to the questions of
    ``assessment.circumstances``, as far as somebody answered; ``part_of``: the number of the
    incident that it was joined to."""

    number: int
    reference: str
    kind: IncidentKind
    loss: LossKind
    title: str
    occurred_at: datetime | None
    discovered_at: datetime
    aware_at: datetime
    determined_at: datetime | None
    opened_at: datetime
    reported_by: dict[str, str]
    reported_in_seconds: int | None
    device_id: int | None
    published_at: datetime | None
    answers: dict[str, str]
    groups: list[StoredGroup]
    part_of: int | None

    @classmethod
    def of(cls, row: Incident) -> IncidentView:
        """Return the view of a row."""
        return cls(
            number=row.number,
            reference=row.reference,
            kind=IncidentKind(row.kind),
            loss=LossKind(row.loss or LOSSES[IncidentKind(row.kind)]),
            title=row.title,
            occurred_at=row.occurred_at,
            discovered_at=row.discovered_at,
            aware_at=row.aware_at,
            determined_at=row.determined_at,
            opened_at=row.opened_at,
            reported_by=row.reported_by,
            reported_in_seconds=row.reported_in_seconds,
            device_id=row.device_id,
            published_at=row.published_at,
            answers=row.circumstances,
            groups=row.groups,
            part_of=row.part_of.number if row.part_of else None,
        )


@dataclass(frozen=True, slots=True)
class CountView:
    """A count that stands: how many people, and what became of each line of a leaked file.
    ``sources``: the lists of affected people, or the exports of a lost device, that it was made
    from."""

    id: int
    counted_at: datetime
    file_digest: str
    people: int
    matched_lines: int
    ambiguous_lines: int
    stranger_lines: int
    unread_lines: int
    doubtful: int
    seconds: float
    sources: tuple[int, ...]

    @classmethod
    def of(cls, row: Exposure) -> CountView:
        """Return the view of a row."""
        return cls(
            id=row.pk,
            counted_at=row.counted_at,
            file_digest=row.file_digest,
            people=row.people,
            matched_lines=row.matched_lines,
            ambiguous_lines=row.ambiguous_lines,
            stranger_lines=row.stranger_lines,
            unread_lines=row.unread_lines,
            doubtful=row.doubtful,
            seconds=row.seconds,
            sources=tuple(row.exports or ()),
        )


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A line that fits several people: how many, those whom it may be of as far as they were asked
    for, and whose somebody said that it is, which is None while nobody did."""

    line: int
    person_ids: tuple[int, ...]
    people: int
    settled: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """How bad it is. ``risk``: ``law.risk.Risk``, "" when nobody was exposed; ``reasons``: each
    with its text and citation; ``severities``: what each combination scored, and why."""

    at: datetime
    risk: str
    notify_authority: bool
    notify_people: bool
    reasons: tuple[dict[str, str], ...]
    severities: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, row: Assessment) -> AssessmentView:
        """Return the view of a row."""
        return cls(
            at=row.at,
            risk=row.risk,
            notify_authority=row.notify_authority,
            notify_people=row.notify_people,
            reasons=tuple(row.reasons),
            severities=tuple(row.severities),
        )


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened, in a sentence. ``public``: it stands on the trust centre."""

    at: datetime
    code: str
    sentence: str
    public: bool

    @classmethod
    def of(cls, row: TimelineEvent) -> TimelineRow:
        """Return the view of a row."""
        return cls(at=row.at, code=row.code, sentence=row.sentence, public=row.public)


@dataclass(frozen=True, slots=True)
class StateRow:
    """The incident came into a state: when, and who said so, as the actor's JSON."""

    state: IncidentState
    at: datetime
    by: dict[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A leaked file as evidence: nothing of what it says is kept."""

    file_name: str
    size: int
    digest: str
    sealed_at: datetime
    columns: tuple[str, ...]
    readable: int
    unread: int

    @classmethod
    def of(cls, row: Evidence) -> EvidenceView:
        """Return the view of a row."""
        return cls(
            file_name=row.file_name,
            size=row.size,
            digest=row.digest,
            sealed_at=row.sealed_at,
            columns=tuple(row.columns),
            readable=row.readable,
            unread=row.unread,
        )


@dataclass(frozen=True, slots=True)
class DutyDoneView:
    """A duty was done: when, with what reference of the authority's, and in what words."""

    at: datetime
    reference: str
    note: str

    @classmethod
    def of(cls, row: DutyDone) -> DutyDoneView:
        """Return the view of a row."""
        return cls(at=row.at, reference=row.reference, note=row.note)


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty as a page shows it. ``left`` is in words ("44 h 51 min", "late by 2 h 5 min"), empty
    without a fixed time."""

    id: int
    duty_id: str
    jurisdiction: str
    place: str
    recipient_type: str
    who: str
    law: str
    citation: str
    people: int
    people_there: int
    required: str
    reasons: tuple[str, ...]
    due_at: datetime | None
    left: str
    late: bool
    clock_words: str
    content_required: tuple[str, ...]
    content_forbidden: tuple[str, ...]
    sources: tuple[LawSource, ...]
    confidence: str
    not_covered: bool
    done: DutyDoneView | None
    not_notified: NotNotifiedView | None

    @property
    def is_open(self) -> bool:
        """Whether it binds, is not done, and nobody decided to leave it."""
        return self.required == "yes" and self.done is None and self.not_notified is None

    @property
    def unverified(self) -> bool:
        """Whether nobody has held the law's own words beside it."""
        return bool(self.sources) and self.confidence != Confidence.HIGH

    @property
    def checked_against(self) -> str:
        """Return in words what the law was checked against; empty where we hold no law."""
        return checked_against(self.sources) if self.sources else ""

    @property
    def checked(self) -> date | None:
        """Return when its text was last read; none where we hold no law."""
        return last_checked(self.sources) if self.sources else None

    @property
    def deed(self) -> str:
        """Return what is to be done, as one says it: ``tell the Information Commissioner's
        Office (ICO)``, ``write the internal record``."""
        if self.recipient_type == "record":
            return f"write the {self.who}"
        first = self.who.partition(" ")[0]
        named = self.recipient_type == "authority" and first.istitle() and first != "The"
        return f"tell the {self.who}" if named else f"tell {self.who}"


@dataclass(frozen=True, slots=True)
class BandShare:
    """How many people are in a severity band. ``share`` is of all people, 0 to 1."""

    band: int
    name: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as a list shows it. ``people`` is None while nobody knows how many, and about
    right where it is not ``exact``. ``risk``: as of :class:`AssessmentView`."""

    number: int
    reference: str
    kind: str
    loss: LossKind
    title: str
    state: IncidentState
    aware_at: datetime
    people: int | None
    exact: bool
    high: int
    next_duty: DutyView | None
    risk: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """All that the page of one incident shows. ``exposure`` is None until counted;
    then so are the lists. ``unanswered``: questions that can change the answer, with what is taken
    until somebody says."""

    incident: IncidentView
    state: IncidentState
    known_for: timedelta
    exposure: CountView | None
    slices: tuple[BandShare, ...]
    worst_reason: str
    certainties: dict[Certainty, int]
    languages: dict[str, int]
    channels: dict[str, int]
    jurisdictions: dict[str, int]
    categories: frozenset[str]
    assessment: AssessmentView | None
    duties: tuple[DutyView, ...]
    next_duty: DutyView | None
    timeline: tuple[TimelineRow, ...]
    evidence: EvidenceView | None
    exports: tuple[ExportRow, ...]
    circumstances: Circumstances
    unanswered: tuple[TakenAnswer, ...]
    lists: tuple[AffectedListView, ...]
    estimates: tuple[AffectedEstimateView, ...]
    taken_back: tuple[AffectedListView | AffectedEstimateView, ...]

    @property
    def counting(self) -> bool:
        """Whether people are being counted: those on the device, in the file or on the lists."""
        if self.incident.kind != IncidentKind.OTHER:
            return self.exposure is None
        counted = self.exposure.sources if self.exposure else ()
        return {each.id for each in self.lists} != set(counted)

    @property
    def estimated(self) -> int:
        """How many people are affected by an estimate of somebody's, who are on no list."""
        return sum(each.people for each in self.estimates if not each.assumed)


@dataclass(frozen=True, slots=True)
class ExposedPerson:
    """One exposed person as a list shows it: ids, what was exposed in words, how bad, how certain,
    and how they can be reached. ``probable`` and ``not_excluded``: what of it is no more than
    that."""

    person_id: int
    jurisdiction: str
    language: str
    channel: str
    band: int
    severity: str
    readable: tuple[str, ...]
    protected: tuple[str, ...]
    certainty: Certainty
    probable: tuple[str, ...]
    not_excluded: tuple[str, ...]
