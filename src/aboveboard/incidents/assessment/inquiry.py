"""What an incident lead is still asked about an incident, and what is taken until they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aboveboard.basics.errors import NotFound
from aboveboard.engines.exposure import ExposedCombination
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment import asking, scoring
from aboveboard.incidents.assessment.asking import TakenAnswer
from aboveboard.incidents.assessment.facts import circumstances_of, declared_now
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.models import Incident

_OF_ALL = "role"
"""What is answered for an incident as a whole, and for no group of people."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """``asked``: the keys of the questions that can change the answer; ``taken``: those of them
    that nobody answered, with what is taken meanwhile."""

    asked: frozenset[str]
    taken: Sequence[TakenAnswer]


def inquiry(number: int, group: str = "") -> Inquiry:
    """Return what is asked about an incident as it stands now; or about one of its groups of
    people, whose questions are answered as the incident's are until they have answers of their own.

    Raises:
        NotFound: there is no such incident, or no such group.
    """
    incident = lifecycle.find(number)
    if not group:
        return inquiry_of(incident)
    known = circumstances_of(incident)
    declared = {key: answer for key, answer in declared_now().items() if key != _OF_ALL}
    place = next((i for i, each in enumerate(known.groups) if each.name == group), None)
    if place is None:
        raise NotFound(what="group of people")
    own = [
        each
        for each in _combinations_of(incident)
        if known.of(each.categories) is known.groups[place].known
    ]
    answers = {**incident.circumstances, **incident.groups[place]["answers"]}
    return _inquiry(incident.kind, answers, own, declared)


def inquiry_of(incident: Incident) -> Inquiry:
    """Return what is asked about an incident as it stands now."""
    known, everybody = circumstances_of(incident), _combinations_of(incident)
    # Whoever is in a group is asked about there.
    others = [each for each in everybody if known.of(each.categories) is known]
    return _inquiry(incident.kind, incident.circumstances, others or everybody, declared_now())


def _inquiry(
    kind: str,
    answers: Mapping[str, str],
    combinations: Sequence[ExposedCombination],
    declared: Mapping[str, str],
) -> Inquiry:
    facts = (kind, answers, combinations)
    return Inquiry(
        asking.asked(*facts, declared=declared), asking.taken_answers(*facts, declared=declared)
    )


def _combinations_of(incident: Incident) -> list[ExposedCombination]:
    counted = current_count(incident)
    cells = summary_cells(counted) if counted else []
    return scoring.combinations([*cells, *stated.estimated_cells(incident)])
