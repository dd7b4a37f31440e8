"""What ``access`` writes into the ledger: uses, emergencies, and questions about them.

No entry holds a word from outside unless the promise has it, and a reference only as a sealed fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from aboveboard.basics.facts import (
    Code,
    Facts,
    NothingToRestore,
    RedoByHand,
    RepeatOnRestore,
    SealedBox,
    SealedFact,
    Word,
    optional_fact,
)

UNKNOWN: Final = Word("unknown")
"""Stands in an entry for a purpose, field or channel that the promise does not have."""


@dataclass(frozen=True, slots=True)
class UseGranted(Facts):
    """A use was allowed: these fields, for this purpose, through this channel."""

    kind: ClassVar = "use.granted"
    on_restore: ClassVar = NothingToRestore("a use changes nothing")

    purpose: Word
    fields: tuple[Word, ...]
    channel: Word
    promise: int
    reference: SealedFact | None = optional_fact()


@dataclass(frozen=True, slots=True)
class UseRefused(Facts):
    """A use was asked for and refused, for each of these reasons."""

    kind: ClassVar = "use.refused"
    on_restore: ClassVar = NothingToRestore("a refusal changes nothing")

    purpose: Word
    fields: tuple[Word, ...]
    channel: Word
    promise: int
    reasons: tuple[Code, ...]
    reference: SealedFact | None = optional_fact()


@dataclass(frozen=True, slots=True)
class UseSealed(Facts):
    """Data was asked for, and what came of it is sealed in ``box``: a law forbids to show it before
    ``until``, or it is shown in general words alone (``general``), so that it does not tell another
    person's secret."""

    kind: ClassVar = "use.sealed"
    on_restore: ClassVar = NothingToRestore("a use changes nothing")

    why: Code
    general: bool
    promise: int
    box: SealedBox
    until: datetime | None = optional_fact()


@dataclass(frozen=True, slots=True)
class UsageDisclosed(Facts):
    """The list of the uses of somebody's data was asked for by another portal that shows it to
    them. ``acting``: whoever asked there (``asker``) is somebody else."""

    kind: ClassVar = "usage.disclosed"
    on_restore: ClassVar = NothingToRestore("a list that was read changes nothing")

    acting: bool
    asker: SealedFact


@dataclass(frozen=True, slots=True)
class AddressChangeNotified(Facts):
    """Both addresses, before and after, were opened to tell the person that it was changed."""

    kind: ClassVar = "address.told"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    field: Word


@dataclass(frozen=True, slots=True)
class CorrespondentOpened(Facts):
    """The address of whoever is written to instead of the person was opened, for a notice."""

    kind: ClassVar = "correspondent.opened"
    on_restore: ClassVar = NothingToRestore("a use changes nothing")


@dataclass(frozen=True, slots=True)
class EmergencyUsed(Facts):
    """Fields were opened in an emergency. ``of``: the first showing, where it was shown again."""

    kind: ClassVar = "use.emergency"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold what was written for the reviewers: review it from its entry"
    )

    purpose: Word
    why: Code
    channel: Word
    fields: tuple[Word, ...]
    promise: int
    reference: SealedFact | None = optional_fact()
    of: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class EmergencyRefused(Facts):
    """Fields were asked for in an emergency and refused."""

    kind: ClassVar = "emergency.refused"
    on_restore: ClassVar = NothingToRestore("a refusal changes nothing")

    purpose: Word
    why: Code
    channel: Word
    fields: tuple[Word, ...]
    promise: int
    reasons: tuple[Code, ...]
    reference: SealedFact | None = optional_fact()
    of: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class EmergencyReviewed(Facts):
    """Somebody else said whether an emergency use (the entry ``about``) was justified."""

    kind: ClassVar = "emergency.reviewed"
    on_restore: ClassVar = RepeatOnRestore("the use has its verdict again")

    about: int
    verdict: Code


@dataclass(frozen=True, slots=True)
class EmergencyNoteRead(Facts):
    """Somebody opened what was written for the reviewers of an emergency use, the entry
    ``about``."""

    kind: ClassVar = "emergency.note-read"
    on_restore: ClassVar = NothingToRestore("a use changes nothing")

    purpose: Word
    about: int


@dataclass(frozen=True, slots=True)
class ExplanationAsked(Facts):
    """It was asked whether a use would be allowed, or why that of entry ``about`` came out so."""

    kind: ClassVar = "explain.asked"
    on_restore: ClassVar = NothingToRestore("an explanation changes nothing")

    purpose: Word
    fields: tuple[Word, ...]
    channel: Word
    promise: int
    about: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class DecisionAsked(Facts):
    """A program asked whether a use would be allowed, and was told; nothing was opened. It would
    be where there are no ``reasons``."""

    kind: ClassVar = "decision.asked"
    on_restore: ClassVar = NothingToRestore("a question changes nothing")

    purpose: Word
    fields: tuple[Word, ...]
    channel: Word
    promise: int
    reasons: tuple[Code, ...]
    reference: SealedFact | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ContactableAsked(Facts):
    """It was asked of everybody held whether these fields may be used for a purpose through a
    channel: of so many ``people`` for ``allowed``. Nothing was opened, and nobody is named."""

    kind: ClassVar = "contactable.asked"
    on_restore: ClassVar = NothingToRestore("a question changes nothing")

    purpose: Word
    fields: tuple[Word, ...]
    channel: Word
    promise: int
    people: int
    allowed: int


@dataclass(frozen=True, slots=True)
class ConcernRaised(Facts):
    """The person finds a use wrong: that of entry ``about``, or, where it is None, all of it.
    ``due``: by when it is to be answered; left out before there was a queue."""

    kind: ClassVar = "concern.raised"
    on_restore: ClassVar = RepeatOnRestore(
        "the concern waits for its answer again; what the customer wrote about it is lost"
    )

    about: int | None
    concern: Code
    due: datetime | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ConcernAssigned(Facts):
    """The member of staff with the account ``owner`` answers the concern of entry ``raised``."""

    kind: ClassVar = "concern.assigned"
    on_restore: ClassVar = RepeatOnRestore("the concern has its owner again")

    raised: int
    owner: int


@dataclass(frozen=True, slots=True)
class ConcernAnswered(Facts):
    """The concern of entry ``raised`` was answered: what was found."""

    kind: ClassVar = "concern.answered"
    on_restore: ClassVar = RepeatOnRestore("the concern is answered again; the words are lost")

    raised: int
    verdict: Code


@dataclass(frozen=True, slots=True)
class AnswerNotified(Facts):
    """The address was opened to tell the person that the concern of entry ``raised`` is
    answered."""

    kind: ClassVar = "concern.told"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    raised: int


@dataclass(frozen=True, slots=True)
class EmergencyNotified(Facts):
    """The address was opened to tell the person of the emergency use of entry ``used``, by somebody
    whom they keep out."""

    kind: ClassVar = "emergency.told"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    used: int


@dataclass(frozen=True, slots=True)
class ThirdPartyNotified(Facts):
    """The address was opened to write to the person of a third party that they let in: that it is,
    that it ends soon, or that it ended. ``choice``: the entry of what they said."""

    kind: ClassVar = "third-party.notified"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    choice: int


@dataclass(frozen=True, slots=True)
class ConfirmationSent(Facts):
    """The address was opened to have the person confirm it, as entry ``asked`` says."""

    kind: ClassVar = "address.confirmation-sent"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    asked: int


@dataclass(frozen=True, slots=True)
class ChangeNotified(Facts):
    """The address was opened to tell the person what version ``promise`` of the promise changes for
    them (GDPR Art. 13(3))."""

    kind: ClassVar = "promise.told"
    on_restore: ClassVar = NothingToRestore("a message that was sent changes nothing here")

    promise: int


@dataclass(frozen=True, slots=True)
class RequestOpened(Facts):
    """Fields were opened to answer, in our systems and to the person, the request of entry
    ``request`` (GDPR Art. 12)."""

    kind: ClassVar = "request.opened"
    on_restore: ClassVar = NothingToRestore("what was opened stays known to whoever opened it")

    request: int
    fields: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ChoiceMissed(Facts):
    """A choice was to be recorded of somebody who is not known here, or not alone."""

    kind: ClassVar = "choice.missed"
    on_restore: ClassVar = NothingToRestore("nobody was found, so nothing was changed")

    purpose: Word
    channel: Word
    promise: int


Use = UseGranted | UseRefused | EmergencyUsed | EmergencyRefused
"""An entry that says what came of somebody's data being asked for."""
USES: Final[dict[str, type[Use]]] = {
    facts.kind: facts for facts in (UseGranted, UseRefused, EmergencyUsed, EmergencyRefused)
}

ENTRIES: Final = (
    *USES.values(),
    UseSealed,
    UsageDisclosed,
    AddressChangeNotified,
    CorrespondentOpened,
    EmergencyNoteRead,
    EmergencyReviewed,
    ExplanationAsked,
    DecisionAsked,
    ContactableAsked,
    ConcernRaised,
    ConcernAssigned,
    ConcernAnswered,
    AnswerNotified,
    EmergencyNotified,
    ThirdPartyNotified,
    ConfirmationSent,
    ChangeNotified,
    RequestOpened,
    ChoiceMissed,
)


def known_word(name: str, known: Collection[str]) -> Word:
    """Return a name from outside if the promise has it, else :data:`UNKNOWN`: what people and
    clients send may hold personal data, and the ledger must not."""
    return Word(name) if name in known else UNKNOWN


def known_words(names: Iterable[str], known: Collection[str]) -> tuple[Word, ...]:
    """Return each name once, in ascending order, as :func:`known_word` does."""
    return tuple(sorted(known_word(name, known) for name in set(names)))
