"""What delivery writes to the ledger: what became of each dispatch.

Ids stand as text: they are beyond the 2**53 that JSON numbers hold exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    NothingToRestore,
    RedoByHand,
    RepeatOnRestore,
    optional_fact,
)
from aboveboard.basics.package import EventAbout, EventType


@dataclass(frozen=True, slots=True)
class NoticeSent(Facts):
    """The mail server took a notice, or its letter is sealed for the print house."""

    kind: ClassVar = "notice.sent"
    on_restore: ClassVar = RepeatOnRestore("the notice counts as sent, so it is not sent again")

    batch: Code
    dispatch: Code
    channel: Code


@dataclass(frozen=True, slots=True)
class NoticeFailed(Facts):
    """A notice could not be sent. ``reason``: a code, the one that the dispatch has."""

    kind: ClassVar = "notice.failed"
    on_restore: ClassVar = NothingToRestore(
        "a notice that failed was not sent, and can be tried again"
    )

    batch: Code
    dispatch: Code
    channel: Code
    reason: Code


@dataclass(frozen=True, slots=True)
class LetterReported(Facts):
    """The print house said where a letter is. ``state``: a
    :class:`~aboveboard.delivery.terms.LetterState`; ``day``: the day that it names, ISO 8601."""

    kind: ClassVar = "letter.reported"
    on_restore: ClassVar = RepeatOnRestore("the notice stands where its letter is")

    batch: Code
    dispatch: Code
    state: Code
    day: Code


@dataclass(frozen=True, slots=True)
class ParcelAcknowledged(Facts):
    """The print house has a parcel of letters, whole; the copy here was removed. ``export``:
    custody's number of it."""

    kind: ClassVar = "letters.acknowledged"
    on_restore: ClassVar = RedoByHand("acknowledge the parcel again")

    parcel: int
    export: int
    letters: int


@dataclass(frozen=True, slots=True)
class ParcelWithdrawn(Facts):
    """A parcel of letters is not printed: its letters go into another."""

    kind: ClassVar = "letters.withdrawn"
    on_restore: ClassVar = RedoByHand("withdraw the parcel again")

    parcel: int
    export: int
    letters: int


@dataclass(frozen=True, slots=True)
class CorrespondenceSet(Facts):
    """Somebody recorded not to write to a person, or to write to somebody ``instead``."""

    kind: ClassVar = "correspondence.set"
    on_restore: ClassVar = RedoByHand("the ledger does not hold the address: record it again")

    why: Code
    instead: bool


@dataclass(frozen=True, slots=True)
class CorrespondenceEnded(Facts):
    """The person is written to themselves again, or as another instruction says. ``ends``: the
    entry of the instruction that it ended."""

    kind: ClassVar = "correspondence.ended"
    on_restore: ClassVar = RedoByHand("the instruction is there again: end it again")

    why: Code
    ends: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class WebhookSet(Facts):
    """What other systems are notified of, and where, was changed: ``change`` says how, the rest how
    it is since. ``digest``: SHA-256 of the address, what it may be on our own network, and the
    sealed secrets."""

    kind: ClassVar = "webhook.set"
    on_restore: ClassVar = RedoByHand(
        "the ledger holds a digest of the endpoint, not its address: set it as it was"
    )

    endpoint: int
    change: Code
    events: tuple[Code, ...]
    digest: Digest
    paused: Code
    removed: bool


@dataclass(frozen=True, slots=True)
class ContactLimited(Facts):
    """Somebody is not written to by every channel: ``why`` says whether ``channels`` are the only
    safe ones or those that are not wanted."""

    kind: ClassVar = "contact.limited"
    on_restore: ClassVar = RedoByHand("the ledger does not hold the reason: record it again")

    why: Code
    channels: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class ContactLimitEnded(Facts):
    """Somebody is written to by every channel again, or as another row says. ``ends``: the entry of
    the row that it ended."""

    kind: ClassVar = "contact.limit-ended"
    on_restore: ClassVar = RedoByHand("the mark is there again: end it again")

    why: Code
    ends: int


@dataclass(frozen=True, slots=True)
class ChannelSet(Facts):
    """Somebody stopped a channel, so that nothing of any batch leaves on it, or let it go on."""

    kind: ClassVar = "channel.set"
    on_restore: ClassVar = RedoByHand("the channel is as it was at the backup: stop it again")

    channel: Code
    paused: bool


TESTED: Final = EventType(
    name="webhook.test",
    says="Nothing happened: an administrator tests the endpoint. It is sent whatever is chosen.",
    about=EventAbout.NOBODY,
    fields={},
    data=lambda facts: {},
    example=WebhookSet(1, Code("added"), (), Digest("00" * 32), Code(""), False),
)
