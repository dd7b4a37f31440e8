"""VERIS: what goes out is its vocabulary, what comes in is read or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.incidents import actions, queries, veris
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind, LossKind
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
        {**MINIMAL, "timeline": {"incident": {"year": "unknown"}}},
        {**MINIMAL, "timeline": {"incident": {"year": 0}}},
        {**MINIMAL, "timeline": {"incident": {"year": 10**30}}},
    ],
)
def test_what_is_no_record_is_refused(record: object) -> None:
    with pytest.raises(veris.NotVeris):
        veris.read(record)


def test_lines_that_cannot_be_read_are_listed_in_their_place() -> None:
    found = veris.read_records(f"{json.dumps(MINIMAL)}\nrubbish\n\n{json.dumps([])}\n")
    assert [type(item) for item in found] == [veris.VerisReading, veris.NotVeris, veris.NotVeris]


@pytest.mark.django_db
def test_brought_in_it_is_closed_and_asks_nothing() -> None:
    incident = veris.import_incident(veris.read(MINIMAL), by=LEAD, at=AT)
    page = queries.page(incident.number, at=AT)
    assert (page.state.value, page.duties) == ("closed", ())
    assert veris.export(incident.number) == MINIMAL
    # The very same record again is no second incident.
    assert veris.import_incident(veris.read(MINIMAL), by=LEAD, at=AT).number == incident.number
    with pytest.raises(veris.NotVeris):
        veris.import_incident(
            veris.read({**MINIMAL, "timeline": {"incident": {"year": 2049}}}), by=LEAD, at=AT
        )


@pytest.mark.parametrize(
    ("changed", "occurred"),
    [
        ({"year": "2012", "month": "5", "day": "7"}, "2012-05-07"),
        ({"year": 2012, "month": 13}, "2012-01-01"),
        ({"year": 2012, "month": 2, "day": 30}, "2012-02-01"),
        ({"year": 2012, "month": None, "day": 9}, "2012-01-09"),
        ({"year": 2012, "month": "Unknown"}, "2012-01-01"),
    ],
)
def test_a_date_that_is_partly_known_is_read_as_far_as_it_goes(
    changed: dict[str, Any], occurred: str
) -> None:
    found = veris.read({**MINIMAL, "timeline": {"incident": changed}})
    assert found.occurred_at.date().isoformat() == occurred


ODD: list[dict[str, Any]] = [
    {"attribute": None},
    {"summary": None, "incident_id": 7},
    {"summary": "Verlust\u0000 \ud800 \U0001f4bb 信息", "plus": {"x_mine": [[1, {"a": []}]]}},
    {"asset": {"assets": None}},
    {"asset": {"assets": [None, "S - Mail", {"variety": None}]}},
    {"action": {"error": {"variety": None}, "hacking": None, "x_ours": {"variety": "Loss"}}},
    {"timeline": {"incident": {"year": 2012}, "discovery": {"unit": "Years", "value": 10**400}}},
    {"timeline": {"incident": {"year": 2012}, "discovery": {"unit": "Days", "value": "3"}}},
    {"timeline": {"incident": {"year": 2012}, "discovery": {"unit": None, "value": 1e308}}},
    {"attribute": {"confidentiality": {"data_total": "40", "data_disclosure": ["Yes"]}}},
    {"impact": {"overall_amount": 1.10, "iso_currency_code": "EUR", "x": -0.0, "y": 2**70}},
]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("changed", ODD)
def test_an_odd_record_comes_in_and_goes_out_as_it_was(changed: dict[str, Any]) -> None:
    text = json.dumps({**MINIMAL, **changed})
    (found,) = veris.read_records(text)
    assert isinstance(found, veris.VerisReading)
    number = veris.import_incident(found, by=LEAD, at=AT).number
    assert json.dumps(veris.export(number)) == text
    assert [values for _, values in veris.parts(veris.export(number))]


def test_a_file_is_one_record_a_list_or_one_on_each_line() -> None:
    for text in (
        json.dumps(MINIMAL, indent=2),
        json.dumps([MINIMAL]),
        json.dumps(MINIMAL) + "\n",
    ):
        assert [type(item) for item in veris.read_records(text)] == [veris.VerisReading]
    (deep,) = veris.read_records("[" * 100_000)
    assert isinstance(deep, veris.NotVeris)


@pytest.mark.shared
@pytest.mark.django_db
def test_every_word_of_the_vocabulary_comes_in_and_goes_out(shared: Path) -> None:
    schema = json.loads((shared / "data" / "veris" / "verisc-merged.json").read_text())
    longest = max(len(words) for words in enumerations(schema))
    assert longest > 150  # the countries
    for turn in range(longest):
        record = filled(schema, turn)
        record["timeline"]["incident"] = {"year": 1950 + turn % 70}
        assert list(faults(record, schema)) == []
        number = veris.import_incident(veris.read(record), by=LEAD, at=AT).number
        assert veris.export(number) == record


@pytest.mark.shared
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_valid_record_is_read_and_kept_whole(shared_schema: dict[str, Any], data: Any) -> None:
    record = data.draw(valid(shared_schema))
    record["timeline"]["incident"]["year"] = data.draw(st.integers(1950, 2026))
    found = veris.read(record)
    assert json.loads(json.dumps(found.record)) == record
    shown = dict(veris.parts(record))
    assert shown["timeline.incident.year"] == (str(found.occurred_at.year),)


@pytest.fixture(scope="session")
def shared_schema(shared: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (shared / "data" / "veris" / "verisc-merged.json").read_text()
    )
    return loaded


def enumerations(schema: dict[str, Any]) -> Iterator[list[str]]:
    """Each list of words of the schema."""
    if "enum" in schema:
        yield schema["enum"]
    for part in (*schema.get("properties", {}).values(), schema.get("items", {})):
        if part:
            yield from enumerations(part)


def filled(schema: dict[str, Any], turn: int) -> Any:
    """A value with every part of the schema: of each list of words all, of each word the next."""
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: filled(part, turn) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        items = schema.get("items", {})
        return list(items["enum"]) if "enum" in items else [filled(items, turn)]
    return {"string": "Größe 5", "integer": turn + 1, "number": turn / 4, "boolean": turn % 2 == 0}[
        kind
    ]


def valid(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, with what it does not ask for left out at random."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "object")
    if kind == "object":
        parts = schema.get("properties", {})
        needed = {name: valid(parts[name]) for name in schema.get("required", ())}
        rest = {name: valid(part) for name, part in parts.items() if name not in needed}
        return st.fixed_dictionaries(needed, optional=rest)
    if kind == "array":
        return st.lists(valid(schema.get("items", {})), min_size=1, max_size=3)
    return {
        "string": st.text(min_size=1, max_size=9),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False) | st.integers(),
        "boolean": st.booleans(),
    }[kind]


@pytest.mark.shared
@pytest.mark.django_db
def test_what_goes_out_is_valid_vocabulary(people: People, tmp_path: Path, shared: Path) -> None:
    schema = json.loads((shared / "data" / "veris" / "verisc-merged.json").read_text())
    device = laptop()
    export(device, [person_id for person_id, _ in people], tmp_path)
    lost = actions.report_loss(device.id, by=STAFF, at=AT)
    leaked = open_leak(leak_bytes([row for _, row in people[:5]]))
    others = [
        actions.open_other(title="A door stood open", loss=loss, by=STAFF, at=AT)
        for loss in LossKind
        if loss not in (LossKind.DEVICE, LossKind.LEAKED_FILE)
    ]
    jobs.run_jobs_once(worker="test")
    actions.change(lost.number, answers={"malicious": "yes"}, by=LEAD, at=AT)
    for incident in (lost, leaked, *others):
        out = veris.export(incident.number)
        assert list(faults(out, schema)) == []
        assert veris.parts(out)
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
    found = veris.read_records(text)
    assert len(found) == 200
    read = [item for item in found if isinstance(item, veris.VerisReading)]
    assert len(read) == 200
    for item, line in zip(read, text.splitlines(), strict=True):
        number = veris.import_incident(item, by=LEAD, at=AT).number
        assert veris.export(number) == json.loads(line)
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
