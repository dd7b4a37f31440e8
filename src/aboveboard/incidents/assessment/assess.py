"""Working out severity, risk and duties anew, and writing the answer down.

Whenever a count, an answer or a moment changes, everything is worked out again from the facts; what
was done stays done. A duty that the facts no longer bring is marked as dropped, never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Code
from aboveboard.engines import exposure as engine
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment import scoring
from aboveboard.incidents.assessment.circumstances import Circumstances
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.assessment.moments import recorded
from aboveboard.incidents.assessment.profile import org_profile, own_duties
from aboveboard.incidents.assessment.sectors import answered as sectors_answered
from aboveboard.incidents.entries import AssessedRisk, IncidentChanged
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import (
    current_count,
    rescored_count,
    save_derived,
    summary_cells,
)
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.models import Assessment, DutyDone, DutyRecord, Exposure, Incident
from aboveboard.law import duties, offering, own
from aboveboard.law import moments as law_moments
from aboveboard.law.risk import RiskAssessment as RiskAnswer
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DutyDue,
    LossFacts,
    OrgProfile,
)
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force

COUNT_JOB: Final = "incident.count"
"""The job that counts an incident (``exposure.counting``)."""


def assess(number: int, *, by: Actor, at: datetime) -> Assessment | None:
    """Work out severity, risk and duties of an incident; None when nothing was counted yet.

    Writing a count's file again may take minutes, so it is done outside any transaction. What is
    written down is what follows from the facts of that moment, or it is worked out once more: else
    an answer or a count that came in between would be undone by an older one.

    Raises:
        NotFound: there is no such incident. NoPromise: no promise says who we are.
    """
    while True:
        incident = lifecycle.find(number)
        counted = current_count(incident)
        if counted is None:
            return None
        circumstances = circumstances_of(incident)
        estimated = stated.estimated_cells(incident)
        scored = scoring.score(
            scoring.combinations([*summary_cells(counted), *estimated]), circumstances
        )
        bands = {(item.categories, item.protected): int(item.score.band) for item in scored}
        with working_folder() as scratch:
            # A folder that goes with this process: the file is put in its place only together with
            # its row.
            rescaled = rescored_count(counted, bands, scratch, at=at)
            with transaction.atomic():
                fresh = lifecycle.find(number, lock=True)
                if (
                    current_count(fresh) == counted
                    and fresh.circumstances == incident.circumstances
                    and fresh.groups == incident.groups
                    and stated.estimated_cells(fresh) == estimated
                ):
                    if rescaled is not counted:
                        save_derived(rescaled, scratch)
                    # The moments may have changed meanwhile all the same: they are read here, from
                    # the row that is held, and no count rests on them.
                    return _write(fresh, rescaled, estimated, scored, circumstances, by, at)


def _write(
    incident: Incident,
    counted: Exposure,
    estimated: Sequence[ExposureCell],
    scored: Sequence[scoring.ScoredCombination],
    circumstances: Circumstances,
    by: Actor,
    at: datetime,
) -> Assessment:
    """Write down what follows, inside the transaction that holds the incident."""
    # Whoever is estimated is owed the same as whoever is listed, though nobody can write to them.
    cells = [*summary_cells(counted), *estimated]
    answers = scoring.risks(scoring.combinations(cells), circumstances)
    overall = scoring.worst_assessment(answers.values())
    done = _assessment(incident, counted, scored, overall, by, at)
    # A part of another incident owes what the whole does, and nothing by itself.
    if overall is not None and incident.part_of_id is None:
        asked = _asked(incident, cells, circumstances, answers, overall)
        due = _due(asked)
        done.offers = _offers(asked)
        done.save(update_fields=["offers"])
    else:
        due = ()
    _write_duties(incident, due, at)
    if incident.part_of is not None:
        # Whatever changed in the part, it may be another count of it.
        jobs.enqueue(COUNT_JOB, {"incident": incident.part_of.number})
    entry = IncidentChanged(
        incident=lifecycle.reference_of(incident),
        assessed=AssessedRisk(
            risk=Code(done.risk),
            people=counted.people + sum(cell.people for cell in estimated),
            duties=incident.duties.filter(dropped_at=None).count(),
        ),
    )
    lifecycle.append_entry(entry, by=by, at=at)
    return done


def score_for(circumstances: Circumstances) -> engine.Score:
    """Return the engine's scoring function under these circumstances."""
    return lambda combinations: [
        int(item.score.band) for item in scoring.score(combinations, circumstances)
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the law is asked about a loss."""

    facts: LossFacts
    people: Sequence[AffectedGroup]
    times: BreachTimes
    profile: OrgProfile


def _asked(
    incident: Incident,
    cells: Sequence[ExposureCell],
    circumstances: Circumstances,
    answers: dict[tuple[int, int], RiskAnswer],
    overall: RiskAnswer,
) -> _Asked:
    sectors = [key for key, is_ours in sectors_answered(incident).items() if is_ours]
    return _Asked(
        scoring.loss(cells, circumstances, overall.risk),
        scoring.groups(cells, circumstances, answers),
        breach_times(incident),
        org_profile(in_force().promise.organisation, sectors, circumstances.role),
    )


def _due(asked: _Asked) -> Sequence[DutyDue]:
    """Return what the laws ask for, and what the organisation's agreements do."""
    times, profile = asked.times, asked.profile
    by_law = duties.due(asked.facts, asked.people, times=times, profile=profile)
    agreed = own_duties(in_force().promise)
    return [*by_law, *own.due(agreed, asked.facts, asked.people, times=times, profile=profile)]


def _offers(asked: _Asked) -> list[dict[str, Any]]:
    offers = offering.offered(asked.facts, asked.people, times=asked.times, profile=asked.profile)
    return [_plain(asdict(offer)) for offer in offers]


def breach_times(incident: Incident) -> BreachTimes:
    """Return the moments that start the clocks, with when each duty was done."""
    # A clock may begin with another duty, so when each was done is a fact of the law.
    done = (
        DutyDone.objects.filter(duty__incident=incident)
        .values_list("duty__duty_id", "at")
        .order_by("at")
    )
    return law_moments.breach_times(
        recorded(incident),
        aware=incident.aware_at,
        discovered=incident.discovered_at,
        determined=incident.determined_at,
        notified=dict(done),
    )


def _assessment(
    incident: Incident,
    counted: Exposure,
    scored: Sequence[scoring.ScoredCombination],
    overall: RiskAnswer | None,
    by: Actor,
    at: datetime,
) -> Assessment:
    return Assessment.objects.create(
        incident=incident,
        exposure=counted,
        at=at,
        by=by.as_json(),
        risk=overall.risk.value if overall else "",
        notify_authority=overall.notify_authority if overall else False,
        notify_people=overall.notify_subjects if overall else False,
        reasons=[{"text": reason.text, "citation": reason.citation} for reason in overall.reasons]
        if overall
        else [],
        severities=[
            {
                "categories": item.categories,
                "protected": item.protected,
                "people": item.people,
                "se": item.score.se,
                "band": int(item.score.band),
                "reasons": list(item.score.reasons),
            }
            for item in scored
        ],
    )


_WORKED_OUT = (
    "position",
    "recipient_type",
    "required",
    "people",
    "due_at",
    "facts",
    "worked_out_at",
    "dropped_at",
)
"""What of a duty's row is written again each time; ``dropped_at`` to nothing."""


def _write_duties(incident: Incident, due: Sequence[DutyDue], at: datetime) -> None:
    rows = {
        (duty.duty_id, duty.jurisdiction): DutyRecord(
            incident=incident,
            duty_id=duty.duty_id,
            jurisdiction=duty.jurisdiction,
            position=position,
            recipient_type=duty.recipient_type,
            required=duty.required.value,
            people=duty.people,
            due_at=duty.due_at,
            facts=_plain(asdict(duty)),
            worked_out_at=at,
        )
        for position, duty in enumerate(due)
    }
    # By duty and place, never deleted and made again: what was marked as done hangs on the row. In
    # one statement: one by one, they took half of the time of an assessment.
    DutyRecord.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["incident", "duty_id", "jurisdiction"],
        update_fields=_WORKED_OUT,
    )
    held = incident.duties.filter(dropped_at=None).values_list("pk", "duty_id", "jurisdiction")
    gone = [pk for pk, *duty_and_place in held if tuple(duty_and_place) not in rows]
    incident.duties.filter(pk__in=gone).update(dropped_at=at)


def _plain(value: Any) -> Any:
    """Turn a dataclass's dict into what JSON holds: moments as text, enums by value."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return clock.to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value
