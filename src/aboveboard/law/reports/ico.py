"""The ICO's questions about a personal data breach, answered from the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.reports import template
from aboveboard.law.reports.facts import ReportFacts, ReportParty

_DATA = Path(__file__).with_name("ico.yaml")


@dataclass(frozen=True, slots=True)
class IcoAnswer:
    """One question of the form and its answer; ``missing`` if the form wants one
    and the facts have none."""

    key: str
    question: str
    answer: str
    missing: bool


def ico_answers(facts: ReportFacts) -> tuple[IcoAnswer, ...]:
    """Return the form's questions that concern this breach, with the answers known."""
    tables = _tables()
    cyber = facts.nature in tables["cyber_natures"]
    answers = _answers(facts, cyber=cyber)
    rows = [
        row
        for row in tables["questions"]
        if (cyber or not row.get("cyber")) and (template.is_late(facts) or not row.get("late"))
    ]
    return tuple(
        IcoAnswer(
            row["key"],
            row["ask"],
            answers[row["key"]],
            missing=not answers[row["key"]] and not row.get("optional"),
        )
        for row in rows
    )


def _answers(facts: ReportFacts, *, cyber: bool) -> Mapping[str, str]:
    return {
        "kind": "Follow-up report" if facts.follow_up_to else "First report",
        "reference": facts.follow_up_to,
        "description": facts.description,
        "cyber": ("Yes" if cyber else "No") if facts.nature else "",
        "discovery": facts.discovery,
        "aware_at": _moment(facts.aware_at, facts.time_zone),
        "begun_at": _moment(facts.begun_at, facts.time_zone),
        "data": str(template.edpb_template(facts).get("field_71", "")),
        "records": _number(facts.records, exact=facts.records_exact),
        "people": _number(facts.people, exact=facts.people_exact),
        "subjects": _words("subjects", facts.subjects),
        "impacts": _words("impacts", facts.impacts),
        "likelihood": _tables()["likelihood"][facts.risk] if facts.risk else "",
        "aspects": _words("aspect", facts.aspects),
        "systems": facts.systems,
        "outage": _words("outage", (facts.outage,) if facts.outage else ()),
        "staff_trained": ""
        if facts.staff_trained is None
        else "Yes"
        if facts.staff_trained
        else "No",
        "measures_before": facts.measures_before_text
        or _words("measures_before", facts.measures_before),
        "measures_taken": facts.measures_taken,
        "measures_after": facts.measures_after_text
        or _words("measures_after", facts.measures_after),
        "late_reason": facts.late_reason,
        "subjects_notified": _words(
            "subjects_notified", (facts.subjects_notified,) if facts.subjects_notified else ()
        ),
        "notified_elsewhere": "; ".join(facts.notified_elsewhere),
        "dpo": "" if facts.dpo is None else _party(facts.dpo) or "None designated",
        "reporter": _party(facts.reporter) if facts.reporter else "",
        "organisation": f"{facts.organisation}, {facts.organisation_contact}"
        if facts.organisation and facts.organisation_contact
        else "",
    }


def _words(name: str, keys: tuple[str, ...]) -> str:
    allowed = template.choices(name)
    return ", ".join(allowed[key] for key in keys)


def _party(party: ReportParty) -> str:
    return ", ".join(part for part in (party.name, party.function, party.contact) if part)


def _number(count: int | None, *, exact: bool) -> str:
    return "" if count is None else f"{count:,}" if exact else f"about {count:,}"


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    """Return a moment as clocks there show it, with the zone by its name and by its distance from
    UTC: an hour that comes twice in autumn is told apart."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    name, offset = str(zone), f"{local:%z}"
    named = "UTC" if name == "UTC" else f"({name}, UTC{offset[:3]}:{offset[3:]})"
    return f"{local:%d %B %Y, %H:%M} {named}"


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
