"""What ``choices`` writes into the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Facts,
    OnRestore,
    RepeatOnRestore,
    SealedFact,
    Word,
    optional_fact,
)
from aboveboard.choices.state import ChoiceAnswer


@dataclass(frozen=True, slots=True)
class ChoiceMade(Facts):
    """Somebody said yes or no to a purpose, or to one way of ``contact`` of it; or, in place of the
    purpose, to a boundary (``choices.boundaries``) or that an address is theirs
    (``choices.confirmation``). ``evidence`` refers to where they said so. ``unconfirmed``: the
    field whose address they had not confirmed then, without which the yes counts for no e-mail."""

    kind: ClassVar[str] = "choice.made"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the choice is in force again")

    purpose: Word
    answer: ChoiceAnswer
    channel: Word
    evidence: SealedFact
    promise: int
    contact: Word | None = optional_fact()
    unconfirmed: Word | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ObjectionMet(ChoiceMade):
    """An objection was met with compelling grounds, or taken back: the use may go on. ``evidence``
    refers to the request in which that was decided."""

    kind: ClassVar[str] = "choice.objection-met"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the use may go on again")


@dataclass(frozen=True, slots=True)
class ChoiceWaits(ChoiceMade):
    """Somebody recorded a yes after the person's own no: it counts for nothing until the person
    says so with their own hand, or a member of staff who recorded none confirms it."""

    kind: ClassVar[str] = "choice.waits"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the yes waits again")
