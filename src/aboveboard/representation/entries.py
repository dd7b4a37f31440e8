"""The ledger entries of authorities to act, and of who died. Each is about the person for whom
somebody acts; none names who acts, nor a date: a child's last day is a birthday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Facts,
    OnRestore,
    RedoByHand,
    RepeatOnRestore,
    SealedFact,
)


@dataclass(frozen=True, slots=True)
class RepresentationRecorded(Facts):
    """A member of staff recorded that somebody may act for a person, on the paper ``reference``; it
    waits for another's approval."""

    kind: ClassVar[str] = "representation.recorded"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the log does not say who acts: record it again from the paper"
    )

    capacity: Code
    powers: tuple[Code, ...]
    by_court: bool
    reference: SealedFact


@dataclass(frozen=True, slots=True)
class RepresentationApproved(Facts):
    """A second member of staff approved it. ``recorded``: the entry that recorded it."""

    kind: ClassVar[str] = "representation.approved"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the authority was approved again")

    recorded: int


@dataclass(frozen=True, slots=True)
class RepresentationEnded(Facts):
    """The person, who acts for them, or a member of staff ended it."""

    kind: ClassVar[str] = "representation.ended"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the authority was ended again")

    recorded: int


@dataclass(frozen=True, slots=True)
class DeathRecorded(Facts):
    """A member of staff recorded that a person died, on the paper ``reference``; it waits for
    another's approval."""

    kind: ClassVar[str] = "death.recorded"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the report waits again")

    reference: SealedFact


@dataclass(frozen=True, slots=True)
class DeathApproved(Facts):
    """A second member of staff approved the report. ``recorded``: the entry that recorded it."""

    kind: ClassVar[str] = "death.approved"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the report counts again")

    recorded: int


@dataclass(frozen=True, slots=True)
class DeathTakenBack(Facts):
    """The report was wrong, or refused: everything is as it was before."""

    kind: ClassVar[str] = "death.taken-back"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the report was taken back again")

    recorded: int
