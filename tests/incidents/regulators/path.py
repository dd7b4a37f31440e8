"""The path of production, from answers and a count to what Articles 33 and 34 ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aboveboard.engines.exposure import ExposedCombination
from aboveboard.incidents.assessment import circumstances, scoring
from aboveboard.law import severity
from aboveboard.law.categories import bitmap
from aboveboard.law.risk import RiskAssessment


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a story: the answer for everybody, and the score of each combination."""

    worst: RiskAssessment
    of_each: tuple[RiskAssessment, ...]
    scores: tuple[severity.SeverityScore, ...]
    known: circumstances.Circumstances

    def only(self, element: str) -> severity.SeverityCircumstances:
        """Return the circumstances with one element of CB alone; none for ""."""
        whole = self.known.for_severity
        own = {element: getattr(whole, element)} if element else {}
        return severity.SeverityCircumstances(**own)


def counted(rows: Sequence[Mapping[str, Any]]) -> list[ExposedCombination]:
    """Return what a story counts."""
    return [
        ExposedCombination(bitmap(row["data"]), bitmap(row.get("protected", ())), row["people"])
        for row in rows
    ]


def judge(story: Mapping[str, Any]) -> Judged:
    """Judge a story as an incident is judged."""
    revealed = circumstances.revealed(story.get("declares", ()))
    known = circumstances.resolve(
        story.get("kind", "other"),
        circumstances.check(story.get("answers", {})),
        declared={"reveals": revealed} if revealed else {},
        groups=story.get("groups", ()),
    )
    combinations = counted(story["counted"])
    risks = scoring.risks(combinations, known)
    worst = scoring.worst_assessment(risks.values())
    assert worst is not None
    scored = scoring.score(combinations, known)
    return Judged(
        worst,
        tuple(risks[item.categories, item.protected] for item in combinations),
        tuple(item.score for item in scored),
        known,
    )
