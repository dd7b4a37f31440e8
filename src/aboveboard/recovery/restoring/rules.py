"""What each kind of ledger entry means for a database that was restored to a moment before it, and
repeating what it records.

Three answers: it is repeated; it changed nothing that could be lost; or it cannot be repeated,
because the ledger does not say what was changed (it holds no personal data), and then a person must
do it again. Each package gives the answer with its kinds of entry (``Facts.on_restore``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import transaction

from aboveboard.basics.facts import Facts, NothingToRestore, RedoByHand, RepeatOnRestore
from aboveboard.basics.package import NotHeld, RecordedEntry, gathered
from aboveboard.ledger.format.entry import EntryBody


class ReplayOutcome(StrEnum):
    """What becomes of an entry."""

    REPEATED = "repeated"
    NOTHING_TO_DO = "nothing_to_do"
    NOT_REPEATED = "not_repeated"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a restoration's report: how many entries of a kind came to what, and why; whom it
    is about, where nothing else says."""

    kind: str
    outcome: ReplayOutcome
    count: int
    reason: str
    people: tuple[int, ...] = ()


UNKNOWN: Final = (
    "a newer version of Aboveboard wrote it, and this one does not know how to repeat it: see the "
    "entries in the ledger"
)


def rule_for(kind: str) -> tuple[ReplayOutcome, str]:
    """Return what becomes of an entry of ``kind``, and the sentence that says so."""
    if (facts := declared_kinds().get(kind)) is not None:
        answer = facts.on_restore
        return _OUTCOMES[type(answer)], answer.sentence
    return ReplayOutcome.NOT_REPEATED, UNKNOWN


_OUTCOMES: Final[Mapping[type, ReplayOutcome]] = {
    RepeatOnRestore: ReplayOutcome.REPEATED,
    NothingToRestore: ReplayOutcome.NOTHING_TO_DO,
    RedoByHand: ReplayOutcome.NOT_REPEATED,
}


def declared_kinds() -> dict[str, type[Facts]]:
    """Return every kind of entry that a package declares, with the type of its facts."""
    return {facts.kind: facts for package in gathered() for facts in package.entries}


def repeats() -> dict[str, Callable[[RecordedEntry[Any]], object]]:
    """Return how each kind of entry is repeated that a package declares as ``RepeatOnRestore``."""
    return {
        facts.kind: repeat for package in gathered() for facts, repeat in package.repeats.items()
    }


def repeat(entry: EntryBody, person_id: int | None) -> None:
    """Make the change that ``entry`` records, if it is not made. No entry is written: it is there.
    ``person_id`` is whom its handle stands for.

    Raises:
        NotHeld: what it is about is not in what was restored.
        FactsMalformed: the entry was written by another version, in another form.
        RecordDamaged: the person's record is of an older key.
        Conflict: the package refuses it, such as to close the last administrator.
    """
    if entry.handle is not None and person_id is None:
        raise NotHeld(what="person")
    facts = declared_kinds()[entry.kind].from_json(entry.facts)
    recorded = RecordedEntry(entry.id, entry.at, entry.actor, facts, person_id)
    with transaction.atomic():
        repeats()[entry.kind](recorded)
