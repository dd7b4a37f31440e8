"""The law outside North America, Australia and New Zealand: named stories, written from the acts.

``stories/elsewhere.yaml`` tells each: who we are, when we became aware, who was hit, and which
duties bind by when; a test sees that every duty of these places is in one of them.
``elsewhere_by_year.yaml`` has one loss in every place, on six days from 2018 on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    OrgRole,
)
from tests.law.losses import BIRTH, CARD, CONTACT, end_of_day

DATA = {"contact": CONTACT, "birth": BIRTH, "card": CARD}
ELSEWHERE = sorted(
    place
    for place in catalogue.place_codes()
    if place.split("-")[0] not in {"US", "CA", "AU", "NZ"}
)


FOLDER = Path(__file__).parent / "stories"


@cache
def stories() -> list[dict[str, Any]]:
    file = FOLDER / "elsewhere.yaml"
    listed: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["stories"]
    return listed


@cache
def years() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((FOLDER / "elsewhere_by_year.yaml").read_text("utf-8"))
    return table


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rows_of(story: dict[str, Any]) -> dict[str, DutyDue]:
    us = story.get("us", {})
    times = BreachTimes(
        moment(story["aware"]),
        determined=moment(story["determined"]) if "determined" in story else None,
        notified={name: moment(at) for name, at in story.get("told", {}).items()},
        other={name: moment(at) for name, at in story.get("moments", {}).items()},
    )
    rows = due(
        LossFacts(
            DataAcquisition(story.get("data_was", "acquired")), Risk(story.get("risk", "high"))
        ),
        [
            AffectedGroup(place, people, DATA[story.get("data", "birth")])
            for place, people in story["people"].items()
        ],
        times=times,
        profile=OrgProfile(
            tuple(us.get("in", ["XK"])),
            sectors=frozenset(us.get("sectors", ())),
            role=OrgRole(us.get("role", "controller")),
            public_body=us.get("public_body", False),
        ),
    )
    return {row.duty_id: row for row in rows}


def in_words(row: DutyDue | None) -> str:
    """Say of a duty what the stories say: "yes by 2025-03-06T10:00", "ask", "no", "not law"."""
    if row is None:
        return "not law"
    if row.not_known:
        return "not known"
    required = "ask" if row.required == "ask counsel" else str(row.required)
    if row.due_at is None:
        return required
    day = f"{row.due_at:%Y-%m-%d}"
    whole = row.due_at == end_of_day(day)
    return f"{required} by {day}" if whole else f"{required} by {row.due_at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("story", stories(), ids=lambda story: story["name"])
def test_each_story_has_the_duties_that_its_law_says(story: dict[str, Any]) -> None:
    rows = rows_of(story)
    assert {name: in_words(rows.get(name)) for name in story["duties"]} == story["duties"]


def test_every_duty_of_these_places_is_reached_by_a_story() -> None:
    reached = {
        name.split(":")[0]
        for story in stories()
        for name, words in story["duties"].items()
        if words.startswith(("yes", "ask"))
    }
    recommended = {
        rule.id for rule in catalogue.rules() if rule.harm_test == "not_a_duty" and rule.in_force
    }
    held = {rule.id for place in ELSEWHERE for rule in catalogue.rules_of(place) if rule.in_force}
    assert held - reached - recommended == set()


@pytest.mark.parametrize("place", ELSEWHERE)
def test_each_entry_lists_what_the_notice_has_to_say_and_where_the_law_is(place: str) -> None:
    for rule in catalogue.rules_of(place):
        assert rule.sources[0].address, rule.id
        if rule.recipient_type in ("authority", "individuals") and rule.harm_test != "not_a_duty":
            assert rule.content_required, rule.id


def how_soon(row: DutyDue | None) -> str:
    """Say of a duty what the table of years says: "yes 72 hours", "ask", "-", "?"."""
    if row is None:
        return "-"
    if row.not_known:
        return "?"
    required = "ask" if row.required == "ask counsel" else str(row.required)
    if required != "yes" or row.deadline.value is None:
        return required
    return f"{required} {row.deadline.value} {row.deadline.unit}"


@pytest.mark.parametrize("entry", years()["duties"])
def test_one_loss_on_six_days_since_2018(entry: str) -> None:
    place, duty = entry.split()
    cells = []
    for day in years()["days"]:
        rows = rows_of({"aware": f"{day}T09:30", "people": {place: 1000}})
        # Asked by its place too: a duty that was not checked for the day has no place in its id.
        cells.append(how_soon(rows.get(duty) or rows.get(duty.split(":")[0])))
    assert cells == years()["duties"][entry]


def test_every_place_is_in_the_table_of_years() -> None:
    held = {entry.split()[0] for entry in years()["duties"]} - {"IE"}
    # Kuwait binds one sector only, and the EU is asked by a country of it.
    assert set(ELSEWHERE) - held == {"EU", "KW"}
