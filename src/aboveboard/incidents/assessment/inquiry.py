"""What an incident lead is still asked about an incident, and what is taken until they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aboveboard.engines.exposure import ExposedCombination
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment import asking, scoring
from aboveboard.incidents.assessment.asking import TakenAnswer
from aboveboard.incidents.assessment.facts import declared_now
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Inquiry:
    """``asked``: the keys of the questions that can change the answer; ``taken``: those of them
    that nobody answered, with what is taken meanwhile."""

    asked: frozenset[str]
    taken: Sequence[TakenAnswer]


def inquiry(number: int) -> Inquiry:
    """Return what is asked about an incident as it stands now.

    Raises:
        NotFound: there is no such incident.
    """
    return inquiry_of(lifecycle.find(number))


def inquiry_of(incident: Incident) -> Inquiry:
    """Return what is asked about an incident as it stands now."""
    combinations, declared = _combinations_of(incident), declared_now()
    facts = (incident.kind, incident.circumstances, combinations)
    return Inquiry(
        asking.asked(*facts, declared=declared), asking.taken_answers(*facts, declared=declared)
    )


def _combinations_of(incident: Incident) -> list[ExposedCombination]:
    counted = current_count(incident)
    cells = summary_cells(counted) if counted else []
    return scoring.combinations([*cells, *stated.estimated_cells(incident)])
