"""Regulators' cases get the regulators' answers from what a lead answers and what is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import shipped
from aboveboard.law import severity
from tests.conftest import SHARED
from tests.incidents.regulators.path import judge

HERE = Path(__file__).parent
EDPB: list[dict[str, Any]] = shipped.load(HERE / "edpb.yaml")
OTHERS: list[dict[str, Any]] = shipped.load(HERE / "others.yaml")
ENISA: list[dict[str, Any]] = shipped.load(HERE / "enisa.yaml")


@pytest.mark.parametrize("story", [*EDPB, *OTHERS], ids=lambda story: story["name"])
def test_a_case_gets_the_regulators_answer(story: dict[str, Any]) -> None:
    judged = judge(story)
    assert judged.worst.risk == story["expected"], judged.worst.reasons
    assert judged.worst.document
    assert judged.worst.notify_authority is (story["expected"] != "unlikely")
    assert judged.worst.notify_subjects is story.get("told", story["expected"] == "high")
    for answer, expected in zip(judged.of_each, story.get("of_each", ()), strict=False):
        assert answer.risk == expected
    assert story["citation"]


@pytest.mark.parametrize("case", ENISA, ids=lambda case: case["case"])
def test_a_scoring_case_gets_enisas_score(case: dict[str, Any]) -> None:
    row = {"people": 1, "data": case["data"], "protected": case.get("protected", [])}
    judged = judge(case | {"counted": [row]})
    score = judged.scores[0]
    parts = {"DPC": score.dpc, "EI": score.ei, "SE": score.se}
    parts["CB"] = severity.cb(judged.only(case.get("element", ""))).value
    assert parts[case["component"]] == case["expected"], score.reasons


@pytest.mark.shared
def test_every_case_that_we_hold_is_on_this_path() -> None:
    """Answered as the regulator does, by the id of the case."""
    cases = json.loads((SHARED / "cases" / "edpb_breach_cases.json").read_text("utf-8"))
    ours = {story["case"]: judge(story).worst for story in EDPB}
    assert {case["id"]: case["expected"] for case in cases} == {
        key: {
            "document": answer.document,
            "notify_authority": answer.notify_authority,
            "notify_subjects": answer.notify_subjects,
        }
        for key, answer in ours.items()
    }


@pytest.mark.shared
def test_every_scoring_case_that_we_hold_is_on_this_path() -> None:
    cases = json.loads((SHARED / "cases" / "enisa_severity_cases.json").read_text("utf-8"))["cases"]
    expected = {
        case["id"]: case["expected"]["SE"] if case["component"] == "SE" else case["expected"]
        for case in cases
    }
    ours = {case["case"]: case["expected"] for case in ENISA}
    assert {key: ours.get(key) for key in expected} == expected
