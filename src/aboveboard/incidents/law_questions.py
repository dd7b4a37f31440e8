"""What the law asks the lead besides the circumstances: whether we are in a sector that nobody has
declared, and when what starts a clock happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from aboveboard.basics import clock
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.moments import recorded
from aboveboard.incidents.assessment.sectors import answered
from aboveboard.incidents.models import Assessment, DutyRecord, Incident
from aboveboard.incidents.open_duties import who
from aboveboard.law import coming as law
from aboveboard.law import moments, organisation


@dataclass(frozen=True, slots=True)
class SectorQuestion:
    """Whether we are in a sector. ``tells``: who would be told then, the most urgent first;
    ``due_at``: by when the first of them, None where no time is fixed; ``answer``: None while
    nobody answered for this incident."""

    key: str
    words: str
    tells: tuple[str, ...]
    due_at: datetime | None
    answer: bool | None


@dataclass(frozen=True, slots=True)
class MomentQuestion:
    """When something happened that starts a clock. ``tells``: whose clock waits for it, or runs
    from it; ``at``: None while it is not recorded."""

    key: str
    ask: str
    tells: tuple[str, ...]
    at: datetime | None


def sector_questions(number: int) -> tuple[SectorQuestion, ...]:
    """Return the sectors that would bring duties: those that nobody answered for first, the soonest
    deadline before the others; then what was answered.

    Raises:
        NotFound: there is no such incident.
    """
    incident = lifecycle.find(number)
    answers = answered(incident)
    judged = Assessment.objects.filter(incident=incident).order_by("-id").first()
    offers = {offer["sector"]: offer for offer in (judged.offers if judged else ())}
    known = organisation.sectors()
    keys = [*offers, *(key for key in answers if key not in offers)]
    questions = [
        SectorQuestion(
            key,
            known[key],
            tuple(offers[key]["tells"]) if key in offers else (),
            _moment(offers[key]["due_at"]) if key in offers else None,
            answers.get(key),
        )
        for key in keys
        if key in known
    ]
    return tuple(sorted(questions, key=lambda question: question.answer is not None))


def _moment(text: str | None) -> datetime | None:
    return clock.from_text(text) if text else None


def moment_questions(number: int) -> tuple[MomentQuestion, ...]:
    """Return the moments that a duty of the incident waits for or that were recorded, in the order
    of the duties.

    Raises:
        NotFound: there is no such incident.
    """
    incident = lifecycle.find(number)
    known = recorded(incident)
    tells: dict[str, list[str]] = {}
    for row in incident.duties.filter(dropped_at=None).exclude(required="no").order_by("position"):
        for start in _starts(row):
            tells.setdefault(start, []).append(who(row))
    asked = moments.asked()
    keys = [key for key in [*tells, *(key for key in known if key not in tells)] if key in asked]
    return tuple(
        MomentQuestion(key, asked[key], tuple(dict.fromkeys(tells.get(key, ()))), known.get(key))
        for key in keys
    )


def _starts(row: DutyRecord) -> list[str]:
    # A duty that an earlier version worked out names one start.
    return list(row.facts.get("starts") or (row.facts["clock_start"],))


def coming(number: int, *, on: date) -> tuple[law.ComingDuty, ...]:
    """Return what is not law yet in the places of an incident's duties: bills, and acts that begin
    later.

    Raises:
        NotFound: there is no such incident.
    """
    incident: Incident = lifecycle.find(number)
    places = incident.duties.filter(dropped_at=None).values_list("jurisdiction", flat=True)
    return law.coming(frozenset(places), on=on)
