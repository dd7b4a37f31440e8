"""The law applied to a count: a severity for each combination of categories, a risk, and the
groups that duties ask about.

Pure. The engine's bitmaps become the law's category keys here and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aboveboard.engines.exposure import ExposedCombination
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.assessment.circumstances import Circumstances
from aboveboard.law import risk, severity
from aboveboard.law.categories import bitmap, from_bitmap
from aboveboard.law.terms import AffectedGroup, DataAcquisition, DataMedium, LossFacts

_PASSWORDS = bitmap(["user.authorization.password", "user.authorization.credentials"])
_ORDER = (risk.Risk.UNLIKELY, risk.Risk.RISK, risk.Risk.HIGH)


@dataclass(frozen=True, slots=True)
class ScoredCombination:
    """What one combination scored, and how many people it fits."""

    categories: int
    protected: int
    people: int
    score: severity.SeverityScore


def readable(categories: int, protected: int, circumstances: Circumstances) -> frozenset[str]:
    """Return the category keys that can be read: all of them unless what was protected surely
    cannot be."""
    protects = circumstances.of(categories).protects
    return frozenset(from_bitmap(categories & ~protected if protects else categories))


def score(
    combinations: Sequence[ExposedCombination], circumstances: Circumstances
) -> list[ScoredCombination]:
    """Return the severity of each combination, in order. What reached nobody was read by nobody."""
    scored = []
    for item in combinations:
        # Severity is about what somebody could read; that data is gone or was changed scores by its
        # own circumstances.
        known = circumstances.of(item.categories)
        reached = known.hands is not risk.DataHolder.NOBODY
        seen = (
            readable(item.categories, item.protected, circumstances)
            if reached
            else frozenset[str]()
        )
        scored.append(
            ScoredCombination(
                item.categories,
                item.protected,
                item.people,
                severity.score(seen, known.for_severity, known.context),
            )
        )
    return scored


def combinations(cells: Iterable[ExposureCell]) -> list[ExposedCombination]:
    """Return the distinct combinations of a summary, with their people."""
    people: dict[tuple[int, int], int] = defaultdict(int)
    for cell in cells:
        people[cell.categories, cell.protected] += cell.people
    return [
        ExposedCombination(categories, protected, count)
        for (categories, protected), count in sorted(people.items())
    ]


def risks(
    combinations: Sequence[ExposedCombination], circumstances: Circumstances
) -> dict[tuple[int, int], risk.RiskAssessment]:
    """Return how likely harm is for the people of each combination.

    Scale counts: whoever's data is at least as telling is counted with them.
    """
    facts = {
        (item.categories, item.protected): _facts(item, circumstances) for item in combinations
    }
    tiers = {key: risk.tier_of(each)[0] for key, each in facts.items()}
    return {
        key: risk.assess(
            replace(
                each,
                # Counted together with whoever lost more, so that splitting one loss into many
                # small combinations makes none of them small.
                people=sum(
                    item.people
                    for item in combinations
                    if tiers[item.categories, item.protected] >= tiers[key]
                ),
            )
        )
        for key, each in facts.items()
    }


def worst_assessment(answers: Iterable[risk.RiskAssessment]) -> risk.RiskAssessment | None:
    """Return the answer that counts for the incident; None when nobody was exposed."""
    given = list(answers)
    return (
        max(given, key=lambda answer: (_ORDER.index(answer.risk), answer.notify_subjects))
        if given
        else None
    )


def _facts(item: ExposedCombination, circumstances: Circumstances) -> risk.BreachFacts:
    open_to_read = readable(item.categories, item.protected, circumstances)
    known = circumstances.of(item.categories)
    return risk.BreachFacts(
        # Where nothing can be read, what was encrypted is named all the same: that nobody reads it,
        # ``unintelligible`` says.
        exposed=open_to_read or frozenset(from_bitmap(item.categories)),
        hands=known.hands,
        unintelligible=not open_to_read and bool(item.categories),
        outage=known.outage,
        change=known.change,
        context=known.context,
        deletion=known.deletion,
        read=known.seen,
        vulnerable=known.vulnerable,
        vital=known.vital,
        recipients=known.recipients,
        remedied=known.remedied,
    )


def groups(
    cells: Iterable[ExposureCell],
    circumstances: Circumstances,
    answers: dict[tuple[int, int], risk.RiskAssessment],
) -> list[AffectedGroup]:
    """Return the people of each place by what they lost, as ``law.duties.due`` asks for them."""
    people: dict[tuple[str, int, int], int] = defaultdict(int)
    for cell in cells:
        people[cell.jurisdiction, cell.categories, cell.protected] += cell.people
    places = []
    for (jurisdiction, categories, protected), count in sorted(people.items()):
        open_to_read = readable(categories, protected, circumstances)
        places.append(
            AffectedGroup(
                jurisdiction=jurisdiction,
                people=count,
                readable=open_to_read,
                protected=frozenset(from_bitmap(categories)) - open_to_read,
                risk=answers[categories, protected].risk,
            )
        )
    return places


def loss(
    cells: Iterable[ExposureCell], circumstances: Circumstances, overall: risk.Risk
) -> LossFacts:
    """Return what happened as the duties ask. A readable password in the count answers
    ``codes_taken``, unless somebody said that it opens no account with money."""
    counted = list(cells)
    of_all = {id(each): each for each in map(circumstances.of, (c.categories for c in counted))}
    known = list(of_all.values()) or [circumstances]
    # What was counted outweighs the default, and an answer of somebody's outweighs both.
    passwords_read = any(
        cell.categories & ~cell.protected & _PASSWORDS
        and circumstances.of(cell.categories).may_open_money
        for cell in counted
    )
    codes_answered = any("codes_taken" in each.answered for each in known)
    # One loss is told once: where groups differ, the laws are asked about the worst of them.
    return LossFacts(
        taking=min((each.taking for each in known), key=_HOW_FAR.index),
        risk=overall,
        medium=min((each.medium for each in known), key=list(DataMedium).index),
        keys_taken=_worst_truth(each.keys_taken for each in known),
        codes_taken=True
        if passwords_read and not codes_answered
        else _worst_truth(each.codes_taken for each in known),
    )


_HOW_FAR = (
    DataAcquisition.ACQUIRED,
    DataAcquisition.ACCESSED,
    DataAcquisition.LOST,
    DataAcquisition.UNAVAILABLE,
)


def _worst_truth(answers: Iterable[bool | None]) -> bool | None:
    """Return yes where one says so, else not known where one does not know, else no."""
    given = set(answers)
    return True if True in given else None if None in given else False
