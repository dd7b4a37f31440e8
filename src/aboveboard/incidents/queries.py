"""Every read of incidents that a face needs, as ``views``.

Each number on a page opens as the rows it counts. A person's own notices, and how far a batch is:
``notices.queries``. The trust centre: ``public``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from aboveboard.basics import limits
from aboveboard.custody import queries as custody
from aboveboard.engines import listing
from aboveboard.engines.listing import CountedLine, ExposureFilter, ExposureRow
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.assessment.inquiry import inquiry_of
from aboveboard.incidents.case.tasks import loss_of
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.exposure.folders import exposure_file, leak_files
from aboveboard.incidents.exposure.settling import settled_lines
from aboveboard.incidents.leaks import unread
from aboveboard.incidents.leaks.reading import UnreadLine
from aboveboard.incidents.models import (
    Assessment,
    DutyRecord,
    Evidence,
    Incident,
    StateRecord,
    TimelineEvent,
)
from aboveboard.incidents.not_notifying import NotNotifiedView, decision_on, decisions
from aboveboard.incidents.sources.queries import (
    affected_estimates,
    affected_lists,
    labels,
    taken_back,
)
from aboveboard.incidents.terms import Certainty, IncidentState
from aboveboard.incidents.views import (
    AssessmentView,
    BandShare,
    CountView,
    DoubtView,
    DutyDoneView,
    DutyView,
    EvidenceView,
    ExposedPerson,
    IncidentPage,
    IncidentRow,
    IncidentView,
    StateRow,
    TimelineRow,
)
from aboveboard.law import clocks, severity
from aboveboard.law.categories import from_bitmap
from aboveboard.law.rules.sources import read_sources

_FAR = datetime.max.replace(tzinfo=UTC)


def incidents(*, at: datetime, state: IncidentState | None = None) -> Sequence[IncidentRow]:
    """Return incidents, newest first, all or those in a state."""
    rows = []
    for incident in Incident.objects.select_related("device").order_by("-number"):
        stands = lifecycle.current_state(incident)
        if state is None or stands == state:
            rows.append(row_of(incident, stands, at=at))
    return rows


def row_of(incident: Incident, state: IncidentState, *, at: datetime) -> IncidentRow:
    """Return an incident in a state as a list shows it."""
    known, judged = stated.summarise_affected(incident), assessment(incident.number)
    return IncidentRow(
        number=incident.number,
        reference=incident.reference,
        kind=incident.kind,
        loss=loss_of(incident),
        title=incident.title,
        state=state,
        aware_at=incident.aware_at,
        people=known.people if known else None,
        exact=known is None or known.exact,
        high=sum(
            cell.people
            for cell in (known.cells if known else ())
            if cell.severity >= severity.SeverityBand.HIGH
        ),
        next_duty=next_duty(duties(incident.number, at=at)),
        risk=judged.risk if judged else "",
    )


def incident(number: int) -> IncidentView:
    """Return one incident.

    Raises:
        NotFound: there is none.
    """
    return IncidentView.of(lifecycle.find(number))


def page(number: int, *, at: datetime) -> IncidentPage:
    """Return all that the page of an incident shows.

    Raises:
        NotFound: there is no such incident.
    """
    incident = lifecycle.find(number)
    counted = current_count(incident)
    cells = summary_cells(counted) if counted else []
    due = duties(number, at=at)
    circumstances = circumstances_of(incident)
    judged = assessment(number)
    evidence = Evidence.objects.filter(incident=incident).first()
    return IncidentPage(
        incident=IncidentView.of(incident),
        state=lifecycle.current_state(incident),
        known_for=at - incident.aware_at,
        exposure=CountView.of(counted) if counted else None,
        slices=_slices(cells),
        worst_reason=_worst_reason(judged),
        certainties=_certainties(cells),
        languages=_tally(cells, "language"),
        channels=_tally(cells, "channel"),
        jurisdictions=_tally(cells, "jurisdiction"),
        categories=frozenset(key for cell in cells for key in from_bitmap(cell.categories)),
        assessment=judged,
        duties=tuple(due),
        next_duty=next_duty(due),
        timeline=tuple(timeline(number)),
        evidence=EvidenceView.of(evidence) if evidence else None,
        exports=tuple(custody.exports_on(incident.device_id)) if incident.device_id else (),
        circumstances=circumstances,
        unanswered=tuple(inquiry_of(incident).taken),
        lists=tuple(affected_lists(number)),
        estimates=tuple(affected_estimates(number)),
        taken_back=tuple(taken_back(number)),
    )


def assessment(number: int) -> AssessmentView | None:
    """Return the judgement that stands, or None before the first count."""
    row = Assessment.objects.filter(incident__number=number).order_by("-id").first()
    return AssessmentView.of(row) if row else None


def duties(number: int, *, at: datetime, dropped: bool = False) -> Sequence[DutyView]:
    """Return what is due, in the order in which to act: what binds first, by time; then
    what counsel must say."""
    rows = DutyRecord.objects.filter(incident__number=number).select_related("done")
    decided = decisions(number)
    listed = [
        _duty(row, at, decided.get(row.pk))
        for row in (rows if dropped else rows.filter(dropped_at=None)).order_by("position")
    ]
    rank = {"yes": 0, "ask counsel": 1, "no": 2}
    return sorted(
        listed, key=lambda duty: (rank[duty.required], duty.due_at is None, duty.due_at or _FAR)
    )


def next_duty(due: Sequence[DutyView]) -> DutyView | None:
    """Return the binding duty that is not done and whose time runs out first; one without a
    fixed time comes last."""
    return next((duty for duty in due if duty.is_open), None)


def duty(duty_pk: int, *, at: datetime) -> DutyView | None:
    """Return one duty."""
    row = DutyRecord.objects.filter(pk=duty_pk).select_related("done").first()
    return _duty(row, at, decision_on(row.pk)) if row else None


def timeline(number: int) -> Sequence[TimelineRow]:
    """Return what happened, newest first."""
    rows = TimelineEvent.objects.filter(incident__number=number).order_by("-at", "-id")
    return [TimelineRow.of(row) for row in rows]


def states(number: int) -> Sequence[StateRow]:
    """Return the states that the incident came into, oldest first."""
    rows = StateRecord.objects.filter(incident__number=number).order_by("id")
    return [StateRow(IncidentState(row.state), row.at, row.by, row.note) for row in rows]


def people(
    number: int, which: ExposureFilter | None = None, *, limit: int = limits.PAGE_SIZE
) -> Sequence[ExposedPerson]:
    """Return a page of exposed people by person id; ``which.after`` is the
    last id of the page before.

    Raises:
        NotFound: there is no such incident.
    """
    counted = current_count(lifecycle.find(number))
    return (
        []
        if counted is None
        else [
            person_of(row)
            for row in listing.page(exposure_file(counted), which or ExposureFilter(), limit=limit)
        ]
    )


def count_matching(number: int, which: ExposureFilter) -> int:
    """Return how many people a filter lets pass, from the count itself: the
    number above the list."""
    counted = current_count(lifecycle.find(number))
    cells = summary_cells(counted) if counted else []
    # From the cells of the row: the number above a list of millions then needs no second reading of
    # the file.
    return sum(cell.people for cell in cells if _passes(cell, which))


def lines(
    number: int, outcome: str | None = None, *, after: int = 0, limit: int = limits.PAGE_SIZE
) -> Sequence[CountedLine]:
    """Return a page of a leaked file's lines: all, ``matched``, ``ambiguous`` or ``stranger``.

    Raises:
        NotFound: there is no such incident.
    """
    file = leak_files(lifecycle.find(number)).lines
    return listing.lines(file, outcome=outcome, after=after, limit=limit) if file.is_file() else []


def doubts(
    number: int,
    *,
    after: int = 0,
    limit: int = limits.PAGE_SIZE,
    most: int = 2**63 - 1,
    people_after: int = 0,
) -> Sequence[DoubtView]:
    """Return a page of the lines that fit several people, by line number, with whose they are where
    somebody settled it; of each line up to ``most`` people after ``people_after``.

    Raises:
        NotFound: there is no such incident.
    """
    incident = lifecycle.find(number)
    settled = settled_lines(incident)
    return [
        DoubtView(
            row.line,
            row.person_ids,
            row.people,
            tuple(settled[row.line]) if row.line in settled else None,
        )
        for row in listing.doubts(
            leak_files(incident), after=after, limit=limit, most=most, people_after=people_after
        )
    ]


def unread_lines(
    number: int, *, after: int = 0, limit: int = limits.PAGE_SIZE
) -> Sequence[UnreadLine]:
    """Return a page of the lines that could not be read, by line number, with the reason.

    Raises:
        NotFound: there is no such incident.
    """
    return unread.page(lifecycle.find(number), after=after, limit=limit)


def person_of(row: ExposureRow) -> ExposedPerson:
    """Return a row of an exposure set in words."""
    band = severity.SeverityBand(row.severity)
    return ExposedPerson(
        person_id=row.person_id,
        jurisdiction=row.jurisdiction,
        language=row.language,
        channel=row.channel,
        band=row.severity,
        severity=severity.band_name(band),
        readable=labels(row.categories & ~row.protected),
        protected=labels(row.protected),
        certainty=Certainty(row.certainty),
        probable=labels(row.probable & ~row.certain),
        not_excluded=labels(row.categories & ~row.probable),
    )


def _duty(row: DutyRecord, at: datetime, decision: NotNotifiedView | None) -> DutyView:
    facts = row.facts
    done = getattr(row, "done", None)
    waits = done is None and decision is None
    return DutyView(
        id=row.pk,
        duty_id=row.duty_id,
        jurisdiction=row.jurisdiction,
        place=facts["jurisdiction_name"],
        recipient_type=row.recipient_type,
        who=facts["authority"] or facts["recipient"],
        law=facts["law"],
        citation=facts["citation"],
        people=row.people,
        people_there=facts["people_there"],
        required=row.required,
        reasons=tuple(facts["reasons"]),
        due_at=row.due_at,
        left=clocks.remaining(row.due_at, at) if row.due_at and waits else "",
        late=row.due_at is not None and waits and at > row.due_at,
        clock_words=facts["clock_words"],
        content_required=tuple(facts["content_required"]),
        content_forbidden=tuple(facts["content_forbidden"]),
        sources=read_sources(facts.get("sources", ())),
        confidence=facts["confidence"],
        not_covered=facts["not_covered"],
        done=DutyDoneView.of(done) if done else None,
        not_notified=decision,
    )


def _slices(cells: Sequence[listing.ExposureCell]) -> tuple[BandShare, ...]:
    """Bands from the worst, those without anybody left out."""
    total = sum(cell.people for cell in cells)
    slices = []
    for band in sorted(severity.SeverityBand, reverse=True):
        count = sum(cell.people for cell in cells if cell.severity == band)
        if count:
            slices.append(BandShare(int(band), severity.band_name(band), count, count / total))
    return tuple(slices)


def _worst_reason(judged: AssessmentView | None) -> str:
    if judged is None or not judged.severities:
        return ""
    worst = max(judged.severities, key=lambda row: (row["band"], row["people"]))
    return str(worst["reasons"][0]) if worst["reasons"] else ""


def _tally(cells: Sequence[listing.ExposureCell], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells:
        key = getattr(cell, column)
        counts[key] = counts.get(key, 0) + cell.people
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _certainties(cells: Sequence[listing.ExposureCell]) -> dict[Certainty, int]:
    """How many people are how certain, the most certain first."""
    counts: Counter[int] = Counter()
    for cell in cells:
        counts[cell.certainty] += cell.people
    return {each: counts[each] for each in sorted(Certainty, reverse=True) if counts[each]}


def _passes(cell: listing.ExposureCell, which: ExposureFilter) -> bool:
    return (
        (which.severity is None or cell.severity >= which.severity)
        and (which.band is None or cell.severity == which.band)
        and (which.jurisdiction is None or cell.jurisdiction == which.jurisdiction)
        and (
            which.country is None
            or cell.jurisdiction == which.country
            or cell.jurisdiction.startswith(which.country + "-")
        )
        and (which.channel is None or cell.channel == which.channel)
        and (which.language is None or cell.language == which.language)
        and (which.certainty is None or cell.certainty == which.certainty)
        and (which.categories is None or cell.categories & which.categories != 0)
    )
