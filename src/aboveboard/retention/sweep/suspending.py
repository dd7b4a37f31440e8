"""Whose data must wait although it has lapsed: a legal hold, a restriction, and what other
rooms have open about them.

Rooms above register a question in their app's ``ready``::

    suspending.suspends("incident")(exposed_in_open_incidents)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.vault.holds import is_open
from aboveboard.vault.retention_state import RetentionState

Question = Callable[[Collection[int]], Collection[int]]

HOLD, RESTRICTION = "legal_hold", "restriction"

WORDS = {
    HOLD: "a legal hold stands (GDPR Art. 17(3))",
    RESTRICTION: "use is restricted: they may need it kept (GDPR Art. 18)",
    "incident": "an incident that is still open concerns them",
}

_questions: dict[str, Question] = {}


def suspends(code: str) -> Callable[[Question], Question]:
    """Register a question: of these people, whose data must wait? It gets a whole batch and
    is asked once for it."""

    def register(question: Question) -> Question:
        _questions[code] = question
        return question

    return register


def suspended(states: Iterable[RetentionState], at: datetime) -> dict[int, str]:
    """Return who must wait, and the code of why; the law's own reasons first."""
    found: dict[int, str] = {}
    rest = []
    for state in states:
        if is_open(state.held_until, at):
            found[state.person_id] = HOLD
        elif is_open(state.restricted_until, at):
            found[state.person_id] = RESTRICTION
        else:
            rest.append(state.person_id)
    for code, question in sorted(_questions.items()):
        if rest:
            found |= dict.fromkeys(set(question(rest)) - found.keys(), code)
    for _, data in personal_data():
        if rest and not isinstance(data.in_use, NotNeeded):
            found = {**data.in_use(rest, at), **found}
    return found
