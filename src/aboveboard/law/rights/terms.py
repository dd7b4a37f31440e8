"""What goes into and comes out of the clock of a person's request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aboveboard.law.rules.sources import Confidence


class RightKind(StrEnum):
    """What a person asks for about their own data."""

    ACCESS = "access"
    """A copy of what is held, and what is done with it (GDPR Art. 15)."""
    CORRECTION = "correction"
    """Art. 16."""
    ERASURE = "erasure"
    """Art. 17."""
    RESTRICTION = "restriction"
    """Art. 18."""
    PORTABILITY = "portability"
    """Art. 20."""
    OBJECTION = "objection"
    """Art. 21(1): their own situation, against the grounds of the organisation."""
    STOP_ASKING = "stop_asking"
    """Art. 21(2): no more marketing. In US law the opt-out of sale, sharing and targeting."""
    HUMAN_REVIEW = "human_review"
    """Art. 22(3): a person looks again at what a machine decided."""


class WaitReason(StrEnum):
    """What the organisation waits for from the person."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"
    FEE = "fee"


class ClockStart(StrEnum):
    """What starts the clock of a law."""

    RECEIPT = "receipt"
    """The request came in, proved or not."""
    PROOF = "proof"
    """The latest of: it came in, the identity that was asked for came in, a fee was paid (UK GDPR
    Art. 12A)."""


class PauseDays(StrEnum):
    """Which days of a pause the law does not count."""

    BOTH_ENDS = "both_ends"
    """The day on which we asked, and the day on which the answer came, among them."""
    BETWEEN = "between"
    """One of the two counts: where the law does not say, the stricter reading."""


@dataclass(frozen=True, slots=True)
class PersonWait:
    """We asked the person for something. ``answered`` is None while it has not come."""

    reason: WaitReason
    asked: datetime
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExtensionNotice:
    """The person was told that it takes longer, and why: ``at`` that moment."""

    at: datetime


ClockEvent = PersonWait | ExtensionNotice


@dataclass(frozen=True, slots=True)
class RightsDeadline:
    """By when a request must be answered, and how that was worked out. Moments are in UTC.

    ``due_at``: None only while the clock stands still. ``paused``: what is waited for then.
    ``extend_by``: by when an extension must be told, None where the law has none or it was told.
    ``longest``: the end if it is extended. ``confirm_by``: by when receipt must be confirmed.
    ``known``: whether the law of this place and day is held; counsel is asked where it is not.
    ``reasons``: sentences, the most important first.
    """

    due_at: datetime | None
    started_at: datetime | None
    paused: WaitReason | None
    extended: bool
    extend_by: datetime | None
    longest: datetime | None
    confirm_by: datetime | None
    known: bool
    rule: str
    law: str
    citation: str
    confidence: Confidence
    reasons: tuple[str, ...]
