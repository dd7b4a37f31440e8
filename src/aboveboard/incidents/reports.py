"""The report to an authority: the EDPB's template and the ICO's questions,
filled from what is known.

What is not known is listed as an open question, never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.custody import queries as custody
from aboveboard.custody.terms import ENCRYPTED
from aboveboard.delivery.letters import as_text
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.circumstances import Circumstances
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.assessment.scoring import readable
from aboveboard.incidents.case.freezing import refuse_frozen
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import current_count
from aboveboard.incidents.models import Assessment, DutyDone, Exposure, Incident
from aboveboard.incidents.not_notifying import decisions
from aboveboard.incidents.notices.queries import newest_batch
from aboveboard.incidents.notices.review import commonest_notice
from aboveboard.incidents.open_duties import who
from aboveboard.incidents.terms import Certainty, IncidentKind
from aboveboard.law import risk
from aboveboard.law.reports.facts import ReportFacts, ReportParty
from aboveboard.law.reports.ico import IcoAnswer, ico_answers
from aboveboard.law.reports.template import Answer, UnansweredQuestion, edpb_template, missing
from aboveboard.law.terms import DataAcquisition
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force

_DISCLOSURE = {
    DataAcquisition.ACQUIRED: "disclosed",
    DataAcquisition.ACCESSED: "disclosed",
    DataAcquisition.LOST: "likely",
    DataAcquisition.UNAVAILABLE: "not_disclosed",
}
_ALTERATION = {
    risk.DataChange.NONE: "",
    risk.DataChange.RESTORED: "no_use",
    risk.DataChange.USED: "recoverable",
    risk.DataChange.FOR_GOOD: "not_recoverable",
    risk.DataChange.HARMFUL: "recoverable",
}
_OUTAGE = {
    risk.DataOutage.NONE: "",
    risk.DataOutage.BRIEF: "temporary",
    risk.DataOutage.DAYS: "temporary",
    risk.DataOutage.FOR_GOOD: "permanent",
}


@dataclass(frozen=True, slots=True)
class AuthorityReport:
    """A report as it stands now: the template's fields, the ICO's questions,
    and what is still open."""

    incident: Incident
    facts: ReportFacts
    edpb: dict[str, Answer]
    ico: tuple[IcoAnswer, ...]
    missing: tuple[UnansweredQuestion, ...]


def authority_report(number: int, *, at: datetime) -> AuthorityReport:
    """Return the report of an incident to an authority.

    Raises:
        NotFound: there is no such incident. NoPromise: no promise says who we are.
    """
    incident = lifecycle.find(number)
    facts = facts_of(incident, at=at)
    return AuthorityReport(
        incident, facts, edpb_template(facts), ico_answers(facts), missing(facts)
    )


def released_report(number: int, *, at: datetime) -> AuthorityReport:
    """Return the report, to be given out.

    Raises:
        NotFound: there is no such incident. NoPromise: no promise says who we are.
        CommunicationsFrozen: nothing about the incident may go out.
    """
    refuse_frozen(lifecycle.find(number))
    return authority_report(number, at=at)


def report_json(number: int, *, at: datetime) -> dict[str, Any]:
    """Return the report as JSON; ``edpb`` is the published encoding of the template.

    Raises:
        NotFound: there is no such incident. NoPromise: no promise says who we are.
        CommunicationsFrozen: nothing about the incident may go out.
    """
    report = released_report(number, at=at)
    return {
        "incident": report.incident.reference,
        "written_at": at.astimezone(report.facts.time_zone).isoformat(timespec="seconds"),
        "time_zone": str(report.facts.time_zone),
        "edpb": report.edpb,
        "ico": [
            {"question": answer.question, "answer": answer.answer, "missing": answer.missing}
            for answer in report.ico
        ],
        "missing": [
            {"key": item.key, "question": item.question, "article": item.article}
            for item in report.missing
        ],
        "people_by_certainty": _by_certainty(report.incident),
        "not_notified": _not_notified(report.incident),
    }


def _by_certainty(incident: Incident) -> dict[str, int]:
    """Return how many people are how certainly exposed; an estimate is no more than probable."""
    affected = stated.summarise_affected(incident)
    counts: Counter[str] = Counter()
    for cell in affected.cells if affected else ():
        counts[Certainty(cell.certainty).name.lower()] += cell.people
    return dict(counts)


def _not_notified(incident: Incident) -> list[dict[str, Any]]:
    """Return whom the law names and who, by decision, is not notified, with the grounds: the
    authority may ask for them (GDPR Art. 33(5))."""
    held = decisions(incident.number)
    return [
        {
            "duty": row.duty_id,
            "who": who(row),
            "required": row.required,
            "decided_at": clock.to_text(held[row.pk].at),
            "by": held[row.pk].by.get("role", ""),
            "reason": held[row.pk].reason,
            "evidence": held[row.pk].evidence,
        }
        for row in incident.duties.filter(pk__in=held).order_by("position")
    ]


def facts_of(incident: Incident, *, at: datetime) -> ReportFacts:
    """Return everything known that a report may ask."""
    promise = in_force().promise
    known = circumstances_of(incident).as_reported()
    affected, counted = stated.summarise_affected(incident), current_count(incident)
    cells = affected.cells if affected else ()
    judged = Assessment.objects.filter(incident=incident).order_by("-id").first()
    by_country: dict[str, int] = {}
    for cell in cells:
        country = cell.jurisdiction.split("-")[0]
        by_country[country] = by_country.get(country, 0) + cell.people
    return ReportFacts(
        written_at=at,
        aware_at=incident.aware_at,
        time_zone=promise.organisation.zone,
        organisation=promise.organisation.legal_name or promise.organisation.name,
        organisation_contact=", ".join(
            filter(None, (promise.organisation.contact, promise.organisation.address))
        ),
        established_in=promise.organisation.established_in,
        reference=incident.reference,
        reporter=_reporter(incident, promise),
        dpo=_dpo(promise),
        occurred="day" if incident.occurred_at else "not_yet_known",
        begun_at=incident.occurred_at,
        discovered_by="us",
        discovery=known.words["how_found"]
        or ("A member of staff reported it." if incident.reported_by["kind"] == "staff" else ""),
        late_reason=known.words["late_because"],
        aspects=_aspects(known),
        disclosure=_DISCLOSURE[known.taking],
        unintelligible=_unintelligible(incident, known),
        alteration=_ALTERATION[known.change],
        outage=_OUTAGE.get(known.outage, "permanent"),
        nature=known.reported["nature"][0] if known.reported["nature"] else "",
        cause=known.reported["cause"][0] if known.reported["cause"] else "",
        description=known.words["what_happened"] or f"{incident.title}.",
        systems=_systems(incident),
        subjects=("customers",),
        people=affected.people if affected else None,
        people_exact=affected is not None and affected.exact,
        people_by_country=by_country,
        exposed=frozenset(
            key for cell in cells for key in readable(cell.categories, cell.protected, known)
        ),
        records=affected.people if affected else None,
        records_exact=affected is not None and affected.exact,
        measures_before=known.reported["measures_before"],
        measures_before_text=known.words["protection_before"],
        impacts=known.reported["impacts"],
        worst_band=max((cell.severity for cell in cells), default=None),
        risk=risk.Risk(judged.risk) if judged and judged.risk else None,
        risk_reasons=tuple(reason["text"] for reason in judged.reasons) if judged else (),
        measures_taken=known.words["measures"],
        measures_after=known.reported["measures_after"],
        measures_after_text=known.words["protection_after"],
        **_notified(incident, counted, judged),
    )


def _notified(
    incident: Incident, counted: Exposure | None, judged: Assessment | None
) -> dict[str, Any]:
    batch = newest_batch(incident.number)
    elsewhere = DutyDone.objects.filter(
        duty__incident=incident, duty__recipient_type="authority"
    ).select_related("duty")
    notified: dict[str, Any] = {
        "notified_elsewhere": tuple(
            dict.fromkeys(
                done.duty.facts["authority"] or done.duty.facts["recipient"] for done in elsewhere
            )
        )
    }
    if batch is not None and batch.sent:
        notice = commonest_notice(batch.id)
        return notified | {
            "subjects_notified": "told",
            "subjects_notified_at": batch.first_sent_at,
            "subjects_notified_count": batch.sent,
            "notice_text": as_text(notice, "") if notice else "",
        }
    if counted is None or judged is None:
        return notified | {"subjects_notified": "investigating"}
    return notified | {
        "subjects_notified": "planned"
        if judged.notify_people or batch is not None
        else "not_high_risk"
    }


def _reporter(incident: Incident, promise: Promise) -> ReportParty | None:
    by = incident.reported_by
    if by["kind"] != "staff" or not by["id"].isdigit():
        return None
    name = names([int(by["id"])]).get(int(by["id"]), "")
    function = by["role"].replace("-", " ")
    return ReportParty(name, promise.organisation.contact, function) if name else None


def _dpo(promise: Promise) -> ReportParty | None:
    lead = promise.organisation.privacy_lead
    return ReportParty(lead.split(",")[0].strip(), promise.organisation.contact) if lead else None


def _aspects(known: Circumstances) -> tuple[str, ...]:
    aspects = []
    if known.taking is not DataAcquisition.UNAVAILABLE:
        aspects.append("confidentiality")
    if known.change is not risk.DataChange.NONE:
        aspects.append("integrity")
    if known.outage is not risk.DataOutage.NONE:
        aspects.append("availability")
    return tuple(aspects)


def _unintelligible(incident: Incident, known: Circumstances) -> str:
    if incident.kind != IncidentKind.LOST_DEVICE or incident.device_id is None:
        return "none" if known.keys_taken else "not_yet_known"
    protections = {export.protection for export in custody.exports_on(incident.device_id)}
    if not protections or not protections <= ENCRYPTED:
        return "none"
    return "breakable" if known.keys_taken is not False else "intact"


def _systems(incident: Incident) -> str:
    if incident.device_id is not None:
        device = custody.device(incident.device_id)
        return f"{device.kind.label}, {device.encrypted.label.lower()}"
    return (
        "A file of customers’ data, found outside"
        if incident.kind == IncidentKind.LEAKED_FILE
        else ""
    )
