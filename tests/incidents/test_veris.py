"""VERIS: what goes out is its vocabulary, what comes in is read or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aboveboard.incidents import actions, queries, veris
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, STAFF, People, export, laptop, leak_bytes, open_leak

MINIMAL: dict[str, Any] = {
    "actor": {"unknown": {}},
    "action": {"physical": {"variety": ["Theft"], "vector": ["Unknown"]}},
    "asset": {"assets": [{"variety": "U - Laptop"}]},
    "timeline": {"incident": {"year": 2012, "month": 5}, "discovery": {"unit": "Days", "value": 3}},
    "attribute": {"confidentiality": {"data_disclosure": "Potentially", "data_total": 40}},
}


def test_a_stolen_laptop_is_read_as_a_lost_device() -> None:
    found = veris.read(MINIMAL)
    assert (found.kind, found.people, found.answers["taking"]) == (
        IncidentKind.LOST_DEVICE,
        40,
        "accessed",
    )
    assert (found.occurred_at.isoformat(), (found.discovered_at - found.occurred_at).days) == (
        "2012-05-01T00:00:00+00:00",
        3,
    )


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "x",
        {},
        {**MINIMAL, "actor": "x"},
        {**MINIMAL, "timeline": {}},
        {**MINIMAL, "timeline": {"incident": {"year": "2012"}}},
        {**MINIMAL, "timeline": {"incident": {"year": 2012, "month": 13}}},
    ],
)
def test_what_is_no_record_is_refused(record: object) -> None:
    with pytest.raises(veris.NotVeris):
        veris.read(record)


def test_lines_that_cannot_be_read_are_listed_in_their_place() -> None:
    found = veris.read_lines(f"{json.dumps(MINIMAL)}\nrubbish\n\n{json.dumps([])}\n")
    assert [type(item) for item in found] == [veris.VerisReading, veris.NotVeris, veris.NotVeris]


@pytest.mark.django_db
def test_brought_in_it_is_closed_and_asks_nothing() -> None:
    incident = veris.import_incident(veris.read(MINIMAL), by=LEAD, at=AT)
    page = queries.page(incident.number, at=AT)
    assert (
        page.state.value,
        page.duties,
        Incident.objects.get(number=page.incident.number).veris,
    ) == ("closed", (), MINIMAL)
    with pytest.raises(veris.NotVeris):
        veris.import_incident(
            veris.read({**MINIMAL, "timeline": {"incident": {"year": 2049}}}), by=LEAD, at=AT
        )


@pytest.mark.shared
@pytest.mark.django_db
def test_what_goes_out_is_valid_vocabulary(people: People, tmp_path: Path, shared: Path) -> None:
    schema = json.loads((shared / "data" / "veris" / "verisc-merged.json").read_text())
    device = laptop()
    export(device, [person_id for person_id, _ in people], tmp_path)
    lost = actions.report_loss(device.id, by=STAFF, at=AT)
    leaked = open_leak(leak_bytes([row for _, row in people[:5]]))
    other = actions.open_other(title="A door stood open", by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    actions.change(lost.number, answers={"malicious": "yes"}, by=LEAD, at=AT)
    for incident in (lost, leaked, other):
        out = veris.export(incident.number)
        assert list(faults(out, schema)) == []
        assert veris.read(out).kind in (incident.kind, IncidentKind.OTHER)
    exported = veris.export(lost.number)["attribute"]["confidentiality"]
    assert exported["data_total"] == 60
    assert {
        "variety": "Payment",
        "amount": sum(1 for _, row in people if row["card_number"]),
    } in exported["data"]


@pytest.mark.shared
@pytest.mark.django_db
def test_two_hundred_public_incidents_come_in(shared: Path) -> None:
    text = (shared / "data" / "veris" / "vcdb_sample_200.jsonl").read_text()
    found = veris.read_lines(text)
    assert len(found) == 200
    read = [item for item in found if isinstance(item, veris.VerisReading)]
    assert len(read) == 200
    for item in read:
        veris.import_incident(item, by=LEAD, at=AT)
    assert Incident.objects.count() == 200
    assert {item.kind for item in read} == set(IncidentKind)


def faults(value: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """What in ``value`` the VERIS schema does not allow: names, words, and what must be there."""
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value}"
    if isinstance(value, dict):
        yield from (
            f"{where}: {name} is missing"
            for name in schema.get("required", ())
            if name not in value
        )
        known = schema.get("properties", {})
        for name, item in value.items():
            if name in known:
                yield from faults(item, known[name], f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}: {name} is unknown"
    if isinstance(value, list):
        for item in value:
            yield from faults(item, schema.get("items", {}), where)
