"""What seems wrong about a use, what it is answered, and what may go wrong on the way."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from aboveboard.access.entries import ConcernRaised
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Conflict, Invalid, RateLimited, Refused

KIND: Final = ConcernRaised.kind
"""Kind of the message that tells the privacy lead of new concerns."""
ASSIGNED: Final = "concern.assigned"
"""Kind of the message to a member of staff to whom a concern was handed over."""
ANSWERED: Final = "concern.answered"
"""Kind of the message that tells the person that their answer is there."""
ANSWERING: Final = Role.PRIVACY_LEAD
"""The role that answers."""


class Concern(StrEnum):
    """What seems wrong about a use."""

    UNKNOWN_TEAM = "unknown-team"
    NO_CONTACT = "no-contact"
    AGAINST_CHOICE = "against-choice"
    TOO_MUCH = "too-much"
    OTHER = "other"


class ConcernVerdict(StrEnum):
    """What was found of a use that seemed wrong."""

    RIGHT = "right"
    WRONG = "wrong"
    UNCLEAR = "unclear"


class TooManyConcerns(RateLimited):
    """You have told us {count} times within a day."""

    code = "too_many_concerns"
    next_step = "We are looking into it. If there is more, write to us, or tell us here tomorrow."


class AlreadyRaised(Conflict):
    """You have already told us about this, and we have not answered yet."""

    code = "concern_already_raised"
    next_step = "The answer appears beside the entry. If there is more, write to us."


class WordsTooLong(Invalid):
    """The text has {length} characters, and {limit} is the most."""

    code = "concern_words"
    next_step = "Shorten it to {limit} characters or fewer."


class WordsMissing(Invalid):
    """An answer to a customer needs a sentence of its own."""

    code = "concern_words_missing"
    next_step = "Say what you found, and what is done about it."


class NotYoursToAnswer(Refused):
    """You may not answer this: {reason}."""

    code = "concern_not_yours"
    next_step = "Another privacy lead takes it, and answers."


class OwnedBySomeoneElse(Conflict):
    """Someone else is answering this."""

    code = "concern_owned"
    next_step = "Ask them to hand it over to you."


class AlreadyAnswered(Conflict):
    """This has been answered already."""

    code = "concern_answered"
    next_step = "Read the answer; it cannot be changed."
