"""The ledger entries that the vault writes. None holds a value: fields are named by the promise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import (
    Code,
    Facts,
    NothingToRestore,
    OnRestore,
    RedoByHand,
    RepeatOnRestore,
    Word,
    optional_fact,
)
from aboveboard.basics.package import EventAbout, EventType


@dataclass(frozen=True, slots=True)
class CorrectionMade(Facts):
    """The value of one field was replaced: under which version of the promise, on which channel
    and for which purpose the new one was collected (empty: nobody said)."""

    kind: ClassVar[str] = "correction.made"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the ledger does not hold the value: ask for it again"
    )

    field: Word
    promise: int
    channel: Word
    purpose: Word


@dataclass(frozen=True, slots=True)
class DocumentAdded(Facts):
    """A document was added as the value of one field; as for :class:`CorrectionMade`."""

    kind: ClassVar[str] = "document.added"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the ledger does not hold the document: add it again"
    )

    field: Word
    promise: int
    channel: Word
    purpose: Word


class ErasureReason(StrEnum):
    """Why a person, or some of their fields, are erased: the cases of GDPR Art. 17(1), and the end
    of the time that the promise states."""

    ASKED = "asked"
    NO_LONGER_NEEDED = "no_longer_needed"
    OBJECTED = "objected"
    UNLAWFUL = "unlawful"
    LEGAL_DUTY = "legal_duty"
    CHILD = "child"
    RETENTION = "retention"


class ErasureReasonUnknown(Invalid):
    """There is no such reason for an erasure."""

    code = "erasure_reason_unknown"
    next_step = "Give one of: {known}."


def erasure_reason(reason: str) -> Code:
    """Return the code of a reason: the log holds it as it is, so it is none of the caller's own.

    Raises:
        ErasureReasonUnknown: it is not one of :class:`ErasureReason`.
    """
    try:
        return Code(ErasureReason(reason).value)
    except ValueError:
        raise ErasureReasonUnknown(known=", ".join(ErasureReason)) from None


@dataclass(frozen=True, slots=True)
class ErasureDone(Facts):
    """The person was erased. Written under each of their handles: a backup from before a merge
    knows them apart."""

    kind: ClassVar[str] = "erasure.done"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the person was erased again")

    reason: Code


@dataclass(frozen=True, slots=True)
class FieldErased(Facts):
    """Some fields of the person were erased; by which sweep and under which version of the promise
    where a sweep did it."""

    kind: ClassVar[str] = "field.erased"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the fields were erased again")

    reason: Code
    fields: tuple[Word, ...]
    sweep: int | None = optional_fact()
    promise: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class KeyRotated(Facts):
    """The person got a new key."""

    kind: ClassVar[str] = "key.rotated"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "keys from before it are in use again, unless the keys part is newer: rotate again"
    )


@dataclass(frozen=True, slots=True)
class PeopleKeysBegun(Facts):
    """Everybody gets a new key, from here on."""

    kind: ClassVar[str] = "keys.people.begun"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "keys from before it are in use again, unless the keys part is newer: run "
        "aboveboard keys rotate-people again"
    )


@dataclass(frozen=True, slots=True)
class PeopleKeysFinished(Facts):
    """Everybody has a new key; how many ``people`` that was."""

    kind: ClassVar[str] = "keys.people.finished"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "what to do again is said where the rotation began"
    )

    people: int


ERASED: Final = EventType(
    name="person.erased",
    says="A person was erased here. Erase what you know of them, unless a law keeps it.",
    about=EventAbout.ERASED,
    fields={"reason": f"why: one of {', '.join(f'`{reason}`' for reason in ErasureReason)}"},
    data=lambda facts: {"reason": facts.reason},
    example=ErasureDone(Code(ErasureReason.ASKED)),
)
