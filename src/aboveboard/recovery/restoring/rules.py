"""What each kind of ledger entry means for a database that was restored to a moment before it.

Three answers: it is repeated; it changed nothing that could be lost; or it cannot be repeated,
because the ledger does not say what was changed (it holds no personal data), and then a person must
do it again. Each package gives the answer with its kinds of entry (``Facts.on_restore``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aboveboard.basics.facts import Facts, Nothing, Redo, Repeat
from aboveboard.basics.package import Recorded, gathered


class Outcome(StrEnum):
    """What becomes of an entry."""

    REPEATED = "repeated"
    NOTHING_TO_DO = "nothing_to_do"
    NOT_REPEATED = "not_repeated"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a restoration's report: how many entries of a kind came to what, and why; whom it
    is about, where nothing else says."""

    kind: str
    outcome: Outcome
    count: int
    reason: str
    people: tuple[int, ...] = ()


UNKNOWN: Final = (
    "a newer version of Aboveboard wrote it, and this one does not know how to repeat it: see the "
    "entries in the ledger"
)


def rule(kind: str) -> tuple[Outcome, str]:
    """Return what becomes of an entry of ``kind``, and the sentence that says so."""
    if (facts := declared().get(kind)) is not None:
        answer = facts.on_restore
        return _OUTCOMES[type(answer)], answer.sentence
    return Outcome.NOT_REPEATED, UNKNOWN


_OUTCOMES: Final[Mapping[type, Outcome]] = {
    Repeat: Outcome.REPEATED,
    Nothing: Outcome.NOTHING_TO_DO,
    Redo: Outcome.NOT_REPEATED,
}


def declared() -> dict[str, type[Facts]]:
    """Return every kind of entry that a package declares, with the type of its facts."""
    return {facts.kind: facts for package in gathered() for facts in package.entries}


def repeats() -> dict[str, Callable[[Recorded[Any]], object]]:
    """Return how each kind of entry is repeated that a package declares as ``Repeat``."""
    return {
        facts.kind: repeat for package in gathered() for facts, repeat in package.repeats.items()
    }
