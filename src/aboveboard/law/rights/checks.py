"""Whether the deadlines of requests as data are whole; the same findings as of the duties
(``law/rules/checks.py``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise

from aboveboard.law.rights import catalogue
from aboveboard.law.rights.entries import RightsRule
from aboveboard.law.rules.checks import (
    REACHES_BACK_TO,
    FindingLevel,
    LawFinding,
    source_findings,
)
from aboveboard.law.rules.sources import last_checked

_CHECKED_WITHIN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class RightsFigures:
    """How much of it was read: numbers of entries, those in force today but for ``entries``."""

    entries: int
    in_force: int
    places: int
    quoted: int
    unverified: int


def findings(today: date, among: Sequence[RightsRule] | None = None) -> tuple[LawFinding, ...]:
    """Return what is wrong with the entries, faults first, by entry."""
    rules = catalogue.entries() if among is None else among
    by_id: dict[str, list[RightsRule]] = defaultdict(list)
    for rule in rules:
        by_id[rule.id].append(rule)
    results = [each for versions in by_id.values() for each in _of_versions(versions)]
    results += [each for rule in rules for each in _of_entry(rule, today)]
    results += _doubled(rules)
    return tuple(
        sorted(results, key=lambda each: (list(FindingLevel).index(each.level), each.entry))
    )


def figures(today: date) -> RightsFigures:
    """Return the figures of what is held."""
    now = [rule for rule in catalogue.entries() if rule.is_in_force_on(today)]
    return RightsFigures(
        entries=len(catalogue.entries()),
        in_force=len(now),
        places=len(catalogue.places()),
        quoted=sum(rule.confidence == "high" for rule in now),
        unverified=sum(rule.confidence == "low" for rule in now),
    )


def _of_versions(versions: Sequence[RightsRule]) -> Iterator[LawFinding]:
    dated = sorted(versions, key=lambda rule: rule.begins)
    for before, after in pairwise(dated):
        if before.valid_to is None or before.valid_to >= after.begins:
            yield _fault(after, f"Two entries hold on {after.begins}. End the earlier one first.")
        elif before.valid_to + timedelta(days=1) < after.begins:
            yield _fault(after, f"None holds between {before.valid_to} and {after.begins}.")
    first = dated[0]
    if first.begins > REACHES_BACK_TO and first.predecessor != "none":
        yield LawFinding(
            FindingLevel.GAP,
            first.id,
            f"What the law was before {first.begins} is not known. Add that entry, or say that "
            "there was none (predecessor: none).",
        )


def _of_entry(rule: RightsRule, today: date) -> Iterator[LawFinding]:
    if (rule.valid_from is None) == (rule.known_since is None):
        yield _fault(rule, "An entry has either valid_from or known_since.")
    if rule.valid_to is not None and rule.valid_to < rule.begins:
        yield _fault(rule, f"It ends on {rule.valid_to}, before it begins.")
    if rule.predecessor not in ("", "none"):
        yield _fault(rule, f"The predecessor is {rule.predecessor!r}; the only word is none.")
    if not rule.rights:
        yield _fault(rule, "It is about no kind of request.")
    yield from source_findings(rule.id, rule.sources)
    current = rule.valid_to is None and rule.sources
    if current and last_checked(rule.sources) < today - _CHECKED_WITHIN:
        yield LawFinding(
            FindingLevel.GAP,
            rule.id,
            f"It was last checked on {last_checked(rule.sources)}, over a year ago.",
        )


def _doubled(rules: Sequence[RightsRule]) -> list[LawFinding]:
    """Return where two entries of different ids answer for the same kind of request on a day."""
    return [
        _fault(second, f"It and {first.id} are about the same kind of request at the same time.")
        for first, second in combinations(rules, 2)
        if first.place == second.place
        and first.id != second.id
        and first.rights & second.rights
        and first.begins <= (second.valid_to or date.max)
        and second.begins <= (first.valid_to or date.max)
    ]


def _fault(rule: RightsRule, sentence: str) -> LawFinding:
    return LawFinding(FindingLevel.FAULT, rule.id, sentence)
