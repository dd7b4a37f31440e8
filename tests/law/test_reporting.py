"""What an authority is told: valid against the template, the ICO's
questions, and the gaps named."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law import categories
from aboveboard.law.reports import template
from aboveboard.law.reports.facts import ReportFacts, ReportParty
from aboveboard.law.reports.ico import ico_answers
from aboveboard.law.reports.template import choices, edpb_template, missing
from aboveboard.law.risk import Risk
from tests.conftest import SHARED

AWARE = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
EMPTY = ReportFacts(written_at=AWARE + timedelta(hours=2), aware_at=AWARE)
FULL = ReportFacts(
    written_at=AWARE + timedelta(hours=20),
    aware_at=AWARE,
    organisation="Adventure Works",
    organisation_contact="privacy@adventure.example",
    established_in=("IE", "GB"),
    public_sector=False,
    reference="INC-0001",
    reporter=ReportParty("Ada Byron", "ada@adventure.example", "incident lead"),
    dpo=ReportParty("Grace Hopper", "dpo@adventure.example"),
    occurred="day",
    begun_at=AWARE - timedelta(hours=3),
    discovery="The member of staff reported it.",
    aspects=("confidentiality", "availability"),
    disclosure="likely",
    unintelligible="none",
    outage="temporary",
    nature="device_lost",
    cause="internal_error",
    description="A laptop was left on a train.",
    systems="One laptop with an export of customers.",
    subjects=("customers", "minors"),
    people=1200,
    people_exact=True,
    people_by_country={"FR": 700, "DE": 300, "GB": 200},
    exposed=frozenset({"user.name", "user.contact.email", "user.financial.credit_card"}),
    records=1200,
    records_exact=True,
    measures_before=("training", "policies"),
    measures_before_text="Laptops should have been encrypted.",
    impacts=("fraud", "loss_of_control"),
    worst_band=4,
    risk=Risk.HIGH,
    risk_reasons=("A card number together with its holder's name can be used to pay.",),
    measures_taken="The account was locked.",
    measures_after=("encryption",),
    measures_after_text="Every laptop is encrypted before it leaves.",
    subjects_notified="planned",
    staff_trained=True,
)


@pytest.mark.shared
@pytest.mark.parametrize(
    "facts",
    [
        FULL,
        dataclasses.replace(FULL, established_in=("GB",)),
        dataclasses.replace(FULL, dpo=ReportParty("", "")),
    ],
)
def test_full_facts_fill_a_valid_template(facts: ReportFacts) -> None:
    schema = json.loads(
        (SHARED / "research" / "breach-notification.schema.json").read_text("utf-8")
    )
    errors = [
        f"{list(error.instance_path)}: {error.message}"
        for error in jsonschema_rs.validator_for(schema).iter_errors(edpb_template(facts))
    ]
    assert errors == []


@pytest.mark.shared
def test_our_choices_are_the_templates_own() -> None:
    schema = json.loads(
        (SHARED / "research" / "breach-notification.schema.json").read_text("utf-8")
    )["properties"]
    tables = yaml.safe_load((Path(template.__file__).parent / "template.yaml").read_text("utf-8"))
    fields = {
        "kind": 3,
        "completeness": 4,
        "reporter_function": 23,
        "occurred": 44,
        "discovered_by": 50,
        "aspect": 55,
        "disclosure": 56,
        "unintelligible": 57,
        "alteration": 58,
        "outage": 59,
        "nature": 60,
        "cause": 61,
        "subjects": 65,
        "measures_before": 75,
        "impacts": 85,
        "measures_after": 94,
        "subjects_notified": 97,
        "told_by": 104,
        "severity": 87,
        "risk": 89,
        "yes_no": 113,
    }
    assert set(fields) == set(tables["choices"])
    for name, number in fields.items():
        assert [row["letter"] for row in tables["choices"][name].values()] == schema[
            f"field_{number}"
        ]["enum"], name
    assert set(tables["data_types"]["labels"]) == set(schema["field_70"]["enum"])
    asked = {f"field_{number}" for row in tables["questions"].values() for number in row["fields"]}
    assert asked <= set(schema)


def test_full_facts_leave_nothing_open() -> None:
    assert missing(FULL) == ()
    assert edpb_template(FULL)["field_4"] == "a"
    assert [row.key for row in ico_answers(FULL) if row.missing] == []


def test_empty_facts_ask_every_question_and_are_marked_incomplete() -> None:
    tables = yaml.safe_load((Path(template.__file__).parent / "template.yaml").read_text("utf-8"))
    still_fine = {"begun_at", "late_reason"}
    assert {item.key for item in missing(EMPTY)} == set(tables["questions"]) - still_fine
    assert all(
        item.question.endswith("?") or item.question.endswith(".") for item in missing(EMPTY)
    )
    assert edpb_template(EMPTY)["field_4"] == "b"
    assert {row.key for row in ico_answers(EMPTY) if row.missing} >= {
        "description",
        "people",
        "data",
        "dpo",
    }


@pytest.mark.parametrize("key", [item.key for item in missing(EMPTY)])
def test_each_missing_answer_is_asked_for(key: str) -> None:
    names = {"reporter_name": "reporter", "reporter_contact": "reporter", "severity": "worst_band"}
    name = names.get(key, key)
    blank = {field.name: getattr(EMPTY, field.name) for field in dataclasses.fields(ReportFacts)}
    facts = dataclasses.replace(FULL, **{name: blank[name]})
    assert key in {item.key for item in missing(facts)}
    assert edpb_template(facts)["field_4"] == "b"


def test_later_than_72_hours_asks_why_and_a_follow_up_does_not() -> None:
    late = dataclasses.replace(FULL, written_at=AWARE + timedelta(hours=73))
    assert [item.key for item in missing(late)] == ["late_reason"]
    assert "late_reason" in {row.key for row in ico_answers(late)}
    assert missing(dataclasses.replace(late, follow_up_to="IN-1")) == ()
    assert missing(dataclasses.replace(FULL, written_at=AWARE + timedelta(hours=72))) == ()


def test_moments_are_said_in_the_zone_of_the_organisation_which_is_named() -> None:
    """Also the day on which the people were told: at 23:30 in London it is tomorrow in Berlin; and
    the hour that comes twice in autumn is told apart."""
    notified_at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    facts = dataclasses.replace(
        FULL,
        time_zone=ZoneInfo("Europe/Berlin"),
        begun_at=twice,
        subjects_notified="told",
        subjects_notified_at=notified_at,
    )
    answers = edpb_template(facts)
    assert [answers[f"field_{number}"] for number in (46, 48, 98)] == [
        "2026-10-25T02:30:00+02:00",
        "2026-11-18T10:30:00+01:00",
        "2026-11-21",
    ]
    said = {row.key: row.answer for row in ico_answers(facts)}
    assert said["aware_at"] == "18 November 2026, 10:30 (Europe/Berlin, UTC+01:00)"
    assert said["begun_at"] == "25 October 2026, 02:30 (Europe/Berlin, UTC+02:00)"
    in_utc = {row.key: row.answer for row in ico_answers(FULL)}
    assert in_utc["aware_at"] == "18 November 2026, 09:30 UTC"


def test_across_borders_the_lead_authority_is_named_and_from_outside_all_countries() -> None:
    inside = edpb_template(FULL)
    assert (inside["field_113"], inside["field_120"], inside["field_117"]) == ("a", "b", 1000)
    assert "Data Protection Commission" in str(inside["field_114"])
    outside = edpb_template(dataclasses.replace(FULL, established_in=("GB",)))
    assert (outside["field_113"], outside["field_120"], outside["field_122"]) == ("b", "a", 1000)
    assert outside["field_121"] == "Germany: 300; France: 700"


def test_the_gravest_kind_of_data_gets_the_letter_and_the_words_name_all() -> None:
    filled = edpb_template(FULL)
    assert filled["field_70"] == "q"
    assert "Payment methods; Contact details; Basic data" in str(filled["field_71"])
    assert "payment card details" in str(filled["field_71"])


def test_only_cyber_incidents_get_the_cyber_questions() -> None:
    assert "systems" not in {row.key for row in ico_answers(FULL)}
    assert "systems" in {
        row.key for row in ico_answers(dataclasses.replace(FULL, nature="hacking"))
    }


def test_an_answer_that_is_no_choice_is_refused() -> None:
    with pytest.raises(KeyError):
        edpb_template(dataclasses.replace(FULL, nature="volcano"))
    assert "device_lost" in choices("nature")


@given(st.frozensets(st.sampled_from(sorted(categories.all_categories())), min_size=1))
def test_every_category_has_a_kind_of_data(exposed: frozenset[str]) -> None:
    letters = template.data_type_letters(exposed)
    assert letters
    assert "u" not in letters, "a known category should not be 'other'"
