"""Incidents in VERIS 1.4, the Vocabulary for Event Recording and Incident Sharing: out and in.

Out: counts and vocabulary, no names. In: what a record says in our terms; the record itself is kept
beside the incident, so that nothing it says is lost.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from aboveboard.basics import shipped
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.facts import circumstances_of
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind, IncidentState
from aboveboard.incidents.views import IncidentView
from aboveboard.law.categories import from_bitmap
from aboveboard.law.terms import DataAcquisition

_FILE = Path(__file__).with_name("veris.yaml")
_UNITS = {
    "Seconds": 1,
    "Minutes": 60,
    "Hours": 3_600,
    "Days": 86_400,
    "Weeks": 604_800,
    "Months": 2_629_800,
    "Years": 31_557_600,
}


class NotVeris(Invalid):
    """This is not a VERIS incident: {why}."""

    code = "not_veris"
    next_step = (
        "Give one JSON object with at least actor, action, asset and timeline.incident.year."
    )


@dataclass(frozen=True, slots=True)
class VerisReading:
    """What a VERIS record says in our terms. ``people`` is its ``data_total``, if it says one."""

    source: str
    summary: str
    kind: IncidentKind
    occurred_at: datetime
    discovered_at: datetime
    answers: Mapping[str, str]
    people: int | None
    record: Mapping[str, Any]


def export(number: int) -> dict[str, Any]:
    """Return an incident as a VERIS record: vocabulary and counts, nothing about anybody.

    Raises:
        NotFound: there is no such incident.
    """
    incident = lifecycle.find(number)
    known = circumstances_of(incident).as_reported()
    table = _table()
    terms = copy.deepcopy(table["kinds"][incident.kind])
    if incident.kind == IncidentKind.LOST_DEVICE and known.malicious:
        terms |= copy.deepcopy(table["stolen"])
    started = incident.occurred_at or incident.discovered_at
    attribute: dict[str, Any] = {"confidentiality": _confidentiality(incident, known.taking)}
    if "availability" in terms:
        attribute["availability"] = terms["availability"]
    return {
        "schema_version": table["schema_version"],
        "incident_id": incident.reference,
        "source_id": table["source_id"],
        "summary": incident.get_kind_display(),
        "security_incident": "Confirmed",
        "action": terms["action"],
        "actor": terms["actor"],
        "asset": {
            "assets": [
                {"variety": table["assets"][incident.device.kind if incident.device else ""]}
            ],
            "cloud": ["Unknown"],
        },
        "attribute": attribute,
        "discovery_method": terms["discovery_method"],
        "timeline": {
            "incident": {"year": started.year, "month": started.month, "day": started.day},
            "discovery": _span(incident.discovered_at - started),
        },
    }


def read(record: object) -> VerisReading:
    """Return what one VERIS record says.

    Raises:
        NotVeris: it is not an object, or lacks what every record has.
    """
    if not isinstance(record, dict):
        raise NotVeris(why="it is not a JSON object")
    for key in ("actor", "action", "asset", "timeline"):
        if not isinstance(record.get(key), dict):
            raise NotVeris(why=f"`{key}` is missing")
    moment = record["timeline"].get("incident")
    if not isinstance(moment, dict) or not isinstance(moment.get("year"), int):
        raise NotVeris(why="`timeline.incident.year` is missing")
    occurred = _moment(moment)
    confidentiality = _dict(_dict(record.get("attribute")).get("confidentiality"))
    total = confidentiality.get("data_total")
    return VerisReading(
        source=str(record.get("incident_id", ""))[:120],
        summary=str(record.get("summary", "")).strip(),
        kind=_kind(record),
        occurred_at=occurred,
        discovered_at=occurred + _length(_dict(record["timeline"].get("discovery"))),
        answers={
            "taking": _table()["taking"].get(
                str(confidentiality.get("data_disclosure", "Unknown")), "accessed"
            ),
            "malicious": "yes"
            if {"hacking", "malware", "social", "misuse"} & record["action"].keys()
            else "no",
        },
        people=total if isinstance(total, int) else None,
        record=record,
    )


def import_incident(veris_record: VerisReading, *, by: Actor, at: datetime) -> IncidentView:
    """Write a read record down as a closed incident of the past. No clock
    runs and nobody is counted.

    Raises:
        NotVeris: it lies in the future.
    """
    if veris_record.occurred_at > at:
        raise NotVeris(why="it lies in the future")
    with transaction.atomic():
        incident = lifecycle.open_incident(
            veris_record.kind,
            title=veris_record.summary or f"Incident {veris_record.source}",
            occurred_at=veris_record.occurred_at,
            discovered_at=min(veris_record.discovered_at, at),
            aware_at=min(veris_record.discovered_at, at),
            circumstances=veris_record.answers,
            by=by,
            at=at,
        )
        incident.veris = dict(veris_record.record)
        incident.save(update_fields=["veris"])
        lifecycle.change_state(
            incident, IncidentState.CLOSED, note="Brought in from a VERIS record.", by=by, at=at
        )
    return IncidentView.of(incident)


def read_lines(text: str) -> list[VerisReading | NotVeris]:
    """Return what each line of a JSON-lines file says, or why it cannot be read, in order."""
    answers: list[VerisReading | NotVeris] = []
    for line in filter(str.strip, text.splitlines()):
        try:
            answers.append(read(json.loads(line)))
        except ValueError:
            answers.append(NotVeris(why="it is not JSON"))
        except NotVeris as problem:
            answers.append(problem)
    return answers


def _confidentiality(incident: Incident, taking: DataAcquisition) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "data_disclosure": _table()["disclosure"][taking.value],
        "data_victim": ["Customer"],
    }
    affected = stated.summarise_affected(incident)
    if affected is None:
        return facts
    people: Counter[str] = Counter()
    protected = 0
    for cell in affected.cells:
        people.update(
            dict.fromkeys({_variety(key) for key in from_bitmap(cell.categories)}, cell.people)
        )
        protected += cell.people if cell.categories == cell.protected else 0
    state = "Stored encrypted" if protected == affected.people else "Stored unencrypted"
    rows = [{"variety": variety, "amount": count} for variety, count in sorted(people.items())]
    return facts | {
        "data_total": affected.people,
        "data": rows or [{"variety": "Unknown"}],
        "state": [state],
    }


def _variety(category: str) -> str:
    key = category
    while key not in _table()["data"] and "." in key:
        key = key.rpartition(".")[0]
    return str(_table()["data"].get(key, "Personal"))


def _kind(record: Mapping[str, Any]) -> IncidentKind:
    actions = set(record["action"]) | {
        f"{name}.{variety}"
        for name, part in record["action"].items()
        for variety in _dict(part).get("variety", ())
    }
    assets = [str(_dict(asset).get("variety", "")) for asset in record["asset"].get("assets", ())]
    for rule in _table()["read"]:
        acted = not rule["actions"] or actions & set(rule["actions"])
        held = not rule["assets"] or any(
            asset.startswith(tuple(rule["assets"])) for asset in assets
        )
        if acted and held:
            return IncidentKind(rule["kind"])
    return IncidentKind.OTHER


def _moment(moment: Mapping[str, Any]) -> datetime:
    try:
        return datetime(
            moment["year"], moment.get("month") or 1, moment.get("day") or 1, tzinfo=UTC
        )
    except (ValueError, TypeError):
        raise NotVeris(why="`timeline.incident` is no date") from None


def _length(length: Mapping[str, Any]) -> timedelta:
    value = length.get("value", 0)
    seconds = _UNITS.get(str(length.get("unit")), 0) * (
        value if isinstance(value, int | float) else 0
    )
    return timedelta(seconds=min(max(seconds, 0), 100 * _UNITS["Years"]))


def _span(length: timedelta) -> dict[str, str | int]:
    seconds = int(length.total_seconds())
    unit = max(
        (name for name in _UNITS if seconds >= _UNITS[name]),
        key=lambda name: _UNITS[name],
        default="Seconds",
    )
    return {"unit": unit, "value": seconds // _UNITS[unit]}


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FILE)
    return loaded
