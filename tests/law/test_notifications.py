"""Three notifications, whole: every answer stands under the number that the template gives it.

``notifications.yaml`` has the EDPB template's own title above each number, so that the forms can be
read against it.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import shipped
from aboveboard.law.reports.facts import ReportFacts, ReportParty
from aboveboard.law.reports.ico import ico_answers
from aboveboard.law.reports.template import edpb_template
from aboveboard.law.risk import Risk
from tests.law.test_reporting import AWARE, EMPTY, FULL

FORMS: dict[str, dict[str, Any]] = shipped.load(Path(__file__).with_name("notifications.yaml"))
LOST_LAPTOP = dataclasses.replace(
    FULL,
    other_parties=(
        ReportParty("Fleet Ltd", "help@fleet.example", "Processor"),
        ReportParty("Rail Ltd", "dpo@rail.example", "Joint controller"),
    ),
    written_at=AWARE + timedelta(hours=73),
    late_reason="The bag was believed to be in another office.",
    ended_at=AWARE,
    subjects_notified="told",
    subjects_notified_at=AWARE + timedelta(hours=70),
    subjects_notified_count=1200,
    notice_text="Dear customer, ...",
    notified_elsewhere=("ICO, IC-123",),
    reported_to_police=True,
)
FOLLOW_UP = dataclasses.replace(
    LOST_LAPTOP,
    follow_up_to="IN-26-77",
    public_sector=True,
    established_in=("GB",),
    reporter=ReportParty("Grace Hopper", "dpo@adventure.example"),
    reporter_function="dpo",
    dpo=ReportParty("", ""),
    other_parties=(),
    written_at=AWARE + timedelta(hours=200),
    begun_at=None,
    ended_at=None,
    occurred="cannot_be_known",
    discovered_by="processor",
    aspects=("integrity",),
    disclosure="",
    unintelligible="",
    outage="",
    alteration="no_use",
    description="",
    people_exact=False,
    records_exact=False,
    risk=Risk.RISK,
    worst_band=2,
    reported_to_police=False,
    subjects_notified_at=None,
    subjects_notified_count=1199,
)
FACTS = {"lost_laptop": LOST_LAPTOP, "follow_up": FOLLOW_UP, "nothing_known_yet": EMPTY}


@pytest.mark.parametrize("name", FACTS)
def test_a_notification_is_the_whole_form_and_nothing_else(name: str) -> None:
    assert edpb_template(FACTS[name]) == FORMS[name]


@pytest.mark.parametrize(
    ("established", "people", "answers"),
    [
        (("IE",), {"IE": 5}, {"field_113": "b", "field_120": "b"}),
        (
            ("IE", "FR"),
            {"IE": 5},
            {
                "field_113": "a",
                "field_114": "Data Protection Commission / An Coimisiún um Chosaint Sonraí (DPC)",
                "field_115": "Ireland; France",
                "field_116": "Ireland: 5",
                "field_117": 5,
                "field_120": "b",
            },
        ),
        (("GB",), {"GB": 5}, {"field_113": "b", "field_120": "b"}),
        ((), {"FR": 5}, {"field_113": "c", "field_120": "c"}),
        (("IE",), {}, {"field_113": "c", "field_120": "c"}),
    ],
    ids=[
        "all in one country: no border is crossed",
        "two establishments in the EEA",
        "nobody in the EEA",
        "where we are is not known",
        "where they live is not known",
    ],
)
def test_a_border_is_crossed_when_the_breach_touches_two_countries_of_the_eea(
    established: tuple[str, ...], people: dict[str, int], answers: dict[str, object]
) -> None:
    """GDPR Art. 4(23) and 56: cross-border processing and the lead authority; Art. 3(2): from
    outside."""
    facts = dataclasses.replace(FULL, established_in=established, people_by_country=people)
    filled = edpb_template(facts)
    assert {key: filled[key] for key in filled if 113 <= int(key[6:]) <= 122} == answers


@pytest.mark.parametrize(
    ("people", "informed", "letter"), [(1200, 1200, "a"), (1200, 1199, "b"), (None, 1200, "b")]
)
def test_all_were_informed_only_when_as_many_were_told_as_were_hit(
    people: int | None, informed: int, letter: str
) -> None:
    facts = dataclasses.replace(LOST_LAPTOP, people=people, subjects_notified_count=informed)
    assert edpb_template(facts)["field_102"] == letter


def test_the_ico_form_of_the_lost_laptop() -> None:
    assert {row.key: row.answer for row in ico_answers(LOST_LAPTOP)} == FORMS["lost_laptop_ico"]


def test_the_ico_form_of_a_follow_up_about_hacking() -> None:
    facts: ReportFacts = dataclasses.replace(FOLLOW_UP, nature="hacking", staff_trained=None)
    found = {row.key: row.answer for row in ico_answers(facts)}
    changed = {
        "kind": "Follow-up report",
        "reference": "IN-26-77",
        "cyber": "Yes",
        "people": "about 1,200",
        "records": "about 1,200",
        "begun_at": "",
        "staff_trained": "",
        "systems": "One laptop with an export of customers.",
        "dpo": "None designated",
        "reporter": "Grace Hopper, dpo@adventure.example",
    }
    assert {key: found[key] for key in changed} == changed
    assert "late_reason" not in found, "only a first report can be late"
