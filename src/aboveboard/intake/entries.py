"""What ``intake`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Code, Facts, RedoByHand, SealedFact, Word, optional_fact


@dataclass(frozen=True, slots=True)
class PeopleImported(Facts):
    """A batch of people was loaded: how many, the SHA-256 of their file
    (sealed, with a key of the import), the version of the promise
    whose fields they have, and the number of the import.
    """

    kind: ClassVar = "people.imported"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold who was imported: import the file again"
    )

    people: int
    file: SealedFact
    promise: int
    run: int


@dataclass(frozen=True, slots=True)
class ErasedReadmitted(Facts):
    """Somebody who had been erased is a customer again, so the next file may bring them in."""

    kind: ClassVar = "erased.readmitted"
    on_restore: ClassVar = RedoByHand("their erasure is remembered again: let them in again")

    reference: SealedFact


@dataclass(frozen=True, slots=True)
class ErasedReadmissionUndone(Facts):
    """That somebody who had been erased may come in again was taken back, before a file had brought
    them in."""

    kind: ClassVar = "erased.readmission-undone"
    on_restore: ClassVar = RedoByHand(
        "that they were let in may stand again: undo it again, before a file is imported"
    )


@dataclass(frozen=True, slots=True)
class HeldBackDecided(Facts):
    """Somebody decided about a row that was held back, for it may be of a person who was erased:
    ``take``, ``keep-out``, or ``undone``. ``row``: its number in the list.
    """

    kind: ClassVar = "held-back.decided"
    on_restore: ClassVar = RedoByHand("the next import asks again")

    row: int
    answer: Code
    reference: SealedFact | None = optional_fact()


@dataclass(frozen=True, slots=True)
class DifferenceAnswered(Facts):
    """Somebody decided about a field that a file has otherwise: ``keep`` or ``take``."""

    kind: ClassVar = "difference.answered"
    on_restore: ClassVar = RedoByHand("the next import asks again")

    field: Word
    answer: Code
