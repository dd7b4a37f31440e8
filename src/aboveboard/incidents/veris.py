"""Incidents in VERIS 1.4, the Vocabulary for Event Recording and Incident Sharing: out and in.

Out: counts and vocabulary, no names. In: what a record says in our terms; the record itself is kept
beside the incident, and goes out as it came in, so that nothing it says is lost.

Records of others have odd shapes: years that are text, months that nobody knows, parts that are
missing. What cannot be read of a record takes nothing from the rest; only without a year of ours is
it no incident.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
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
_KEPT = "json"
"""Under which name the text of a record is kept: as text, for a database takes neither every
character nor every order of names in a JSON value."""
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
    if incident.veris:
        return _kept_record(incident)
    known = circumstances_of(incident).as_reported()
    table = _table()
    terms = copy.deepcopy(table["kinds"][incident.kind] | table["losses"].get(incident.loss, {}))
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
        "summary": incident.get_loss_display() or incident.get_kind_display(),
        "security_incident": "Confirmed",
        "action": terms["action"],
        "actor": terms["actor"],
        "asset": {
            "assets": [{"variety": terms.get("asset") or table["assets"][_asset_of(incident)]}],
            "cloud": ["Unknown"],
        },
        "attribute": attribute,
        "discovery_method": terms["discovery_method"],
        "timeline": {
            "incident": {"year": started.year, "month": started.month, "day": started.day},
            "discovery": _span(incident.discovered_at - started),
        },
    }


def is_brought_in(number: int) -> bool:
    """Whether an incident was brought in from a record of somebody else.

    Raises:
        NotFound: there is no such incident.
    """
    return bool(lifecycle.find(number).veris)


def _kept_record(incident: Incident) -> dict[str, Any]:
    kept = incident.veris
    # An earlier version kept the record itself; a database does not keep every text in it.
    record: dict[str, Any] = json.loads(kept[_KEPT]) if _KEPT in kept else dict(kept)
    return record


def parts(record: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Return all that a record says, for people: each place, with its names joined by dots, and
    the values there, in the order of the record."""
    return [(".".join(place), values) for place, values in _parts(record, ())]


def _parts(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _parts(item, (*place, name))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, 1):
            yield from _parts(item, (*place, str(number)))
    else:
        items = value if isinstance(value, list) else [value]
        yield place, tuple(map(_in_words, items))


def _in_words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
    moment = _dict(record["timeline"].get("incident"))
    if _whole_number(moment.get("year")) is None:
        raise NotVeris(why="`timeline.incident.year` is missing")
    occurred = _moment(moment)
    confidentiality = _dict(_dict(record.get("attribute")).get("confidentiality"))
    return VerisReading(
        source=_printable(_text(record.get("incident_id")))[:120],
        summary=_printable(_text(record.get("summary"))),
        kind=_kind(record),
        occurred_at=occurred,
        discovered_at=_add_length(occurred, _length(_dict(record["timeline"].get("discovery")))),
        answers={
            "taking": _table()["taking"].get(
                _text(confidentiality.get("data_disclosure")) or "Unknown", "accessed"
            ),
            "malicious": "yes"
            if {"hacking", "malware", "social", "misuse"} & record["action"].keys()
            else "no",
        },
        people=_whole_number(confidentiality.get("data_total")),
        record=record,
    )


def import_incident(veris_record: VerisReading, *, by: Actor, at: datetime) -> IncidentView:
    """Write a read record down as a closed incident of the past. No clock runs and nobody is
    counted. The very same record again is the incident that it was brought in as.

    Raises:
        NotVeris: it lies in the future.
    """
    if veris_record.occurred_at > at:
        raise NotVeris(why="it lies in the future")
    text = json.dumps(veris_record.record)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        if same := Incident.objects.filter(veris_digest=digest).first():
            return IncidentView.of(same)
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
        incident.veris, incident.veris_digest = {_KEPT: text}, digest
        incident.save(update_fields=["veris", "veris_digest"])
        lifecycle.change_state(
            incident, IncidentState.CLOSED, note="Brought in from a VERIS record.", by=by, at=at
        )
    return IncidentView.of(incident)


def read_records(text: str) -> list[VerisReading | NotVeris]:
    """Return what each record of a file says, or why it cannot be read, in order. The file is one
    record, a list of them, or one on each line."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return [_reading(line) for line in filter(str.strip, text.split("\n"))]
    return [_reading(item) for item in (whole if isinstance(whole, list) else [whole])]


def _reading(given: object) -> VerisReading | NotVeris:
    try:
        return read(json.loads(given) if isinstance(given, str) else given)
    except ValueError:
        return NotVeris(why="it is not JSON")
    except RecursionError:
        return NotVeris(why="its parts lie too deep in each other")
    except NotVeris as problem:
        return problem


def _asset_of(incident: Incident) -> str:
    return incident.device.kind if incident.device else ""


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
        for variety in _list(_dict(part).get("variety"))
    }
    assets = [_text(_dict(asset).get("variety")) for asset in _list(record["asset"].get("assets"))]
    for rule in _table()["read"]:
        acted = not rule["actions"] or actions & set(rule["actions"])
        held = not rule["assets"] or any(
            asset.startswith(tuple(rule["assets"])) for asset in assets
        )
        if acted and held:
            return IncidentKind(rule["kind"])
    return IncidentKind.OTHER


def _moment(moment: Mapping[str, Any]) -> datetime:
    """Return when it happened, as far as that is said: what is no month, or no day of it, is the
    first."""
    year, month, day = (_whole_number(moment.get(name)) for name in ("year", "month", "day"))
    month = month if month is not None and 1 <= month <= 12 else 1
    try:
        first = datetime(year or 0, month, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise NotVeris(why="`timeline.incident.year` is no year") from None
    try:
        return first.replace(day=day or 1)
    except (ValueError, OverflowError):
        return first


def _length(length: Mapping[str, Any]) -> timedelta:
    value = length.get("value", 0)
    number = value if isinstance(value, int | float) else _whole_number(value) or 0
    seconds = _UNITS.get(_text(length.get("unit")), 0) * number
    # Compared first: what is infinite, or greater than any float, is as long as we count.
    return timedelta(seconds=min(max(seconds, 0), 100 * _UNITS["Years"]))


def _add_length(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment + length
    except OverflowError:
        return moment


def _whole_number(value: object) -> int | None:
    """Return a whole number, also one that is written as text; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _span(length: timedelta) -> dict[str, str | int]:
    seconds = int(length.total_seconds())
    unit = max(
        (name for name in _UNITS if seconds >= _UNITS[name]),
        key=lambda name: _UNITS[name],
        default="Seconds",
    )
    return {"unit": unit, "value": seconds // _UNITS[unit]}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _printable(text: str) -> str:
    """Return a text without what no database takes: half characters and control marks."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FILE)
    return loaded
