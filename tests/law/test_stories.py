"""Retold breaches get the regulators' answers, by the rule and not by the list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import shipped
from aboveboard.law.risk import DataHolder, assess
from tests.conftest import SHARED
from tests.law.retellings import breach, scores

HERE = Path(__file__).parent
BREACHES: list[dict[str, Any]] = shipped.load(HERE / "breach_stories.yaml")
SCORES: list[dict[str, Any]] = shipped.load(HERE / "score_stories.yaml")


@pytest.mark.parametrize("story", BREACHES, ids=lambda story: story["name"])
def test_a_retold_breach_gets_the_guidelines_answer(story: dict[str, Any]) -> None:
    assessed = assess(breach.facts_of(story["facts"]))
    assert assessed.risk == story["answer"], (breach.facts_of(story["facts"]), assessed.reasons)


@pytest.mark.parametrize(
    "case", SCORES, ids=lambda case: f"{case['component']} {case.get('facts', '')}"
)
def test_a_scoring_story_gets_enisas_score(case: dict[str, Any]) -> None:
    assert scores.answer(case) == case["expected"]


@pytest.mark.shared
def test_the_edpb_cases_get_the_guidelines_answers() -> None:
    cases = json.loads((SHARED / "cases" / "edpb_breach_cases.json").read_text("utf-8"))
    assert len(cases) >= 9
    wrong = []
    for case in cases:
        found = assess(breach.facts_of(case["facts"]))
        answer = {
            "document": found.document,
            "notify_authority": found.notify_authority,
            "notify_subjects": found.notify_subjects,
        }
        if answer != case["expected"]:
            wrong.append((case["id"], answer, found.reasons))
    assert wrong == []


@pytest.mark.shared
def test_the_enisa_cases_get_their_scores() -> None:
    cases = json.loads((SHARED / "cases" / "enisa_severity_cases.json").read_text("utf-8"))["cases"]
    assert len(cases) >= 50
    assert [
        (case["id"], scores.answer(case), case["expected"])
        for case in cases
        if scores.answer(case) != case["expected"]
    ] == []


def test_an_empty_story_is_read_with_care() -> None:
    facts = breach.facts_of({})
    assert facts.hands is DataHolder.UNKNOWN
    assert not facts.unintelligible


def test_a_story_about_an_unknown_component_is_refused() -> None:
    with pytest.raises(ValueError, match="component"):
        scores.answer({"component": "XY", "facts": ""})
    with pytest.raises(ValueError, match="element"):
        scores.answer({"component": "CB", "element": "weather", "facts": ""})
