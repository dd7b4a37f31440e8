"""What is known of the person and of the moment when it is decided; nothing is opened for that.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from aboveboard.choices.state import NO_CHOICES, ConsentState
from aboveboard.choices.third_parties import ThirdPartyFacts

_NO_MOMENTS: Mapping[str, datetime] = MappingProxyType({})


def no_moments() -> Mapping[str, datetime]:
    """Return the empty map that everyone without moments of their own shares."""
    return _NO_MOMENTS


@dataclass(frozen=True, slots=True)
class DecisionMoment:
    """The moment that is decided about, and the bounds of those that may be asked about.

    ``earliest``: since when the promise has been in force; ``latest``: now. None leaves a side open
    (a question without a use).
    """

    at: datetime
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Are they held, what they chose, when retention started to run, and what the law holds still.

    ``collected``: field to when its own value was collected, where its provenance is known;
    ``collected_at`` stands for the rest. ``restricted_since``: since when the use of their data is
    restricted (GDPR Art. 18), None when it is not. ``held_for_claim``: whether a legal hold keeps
    their data beyond its time (Art. 17(3)(e)). ``grounds_shown``: purpose to when compelling
    grounds against their objection were shown (Art. 21(1)). ``third_parties``: whom they let in
    themselves, or did once.
    """

    held: bool
    consent: ConsentState
    collected_at: datetime | None = None
    last_active_at: datetime | None = None
    collected: Mapping[str, datetime] = field(default_factory=no_moments)
    restricted_since: datetime | None = None
    held_for_claim: bool = False
    grounds_shown: Mapping[str, datetime] = field(default_factory=no_moments)
    third_parties: tuple[ThirdPartyFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """All that is known when it is decided: the person, and the moment."""

    person: PersonFacts
    moment: DecisionMoment


UNKNOWN_PERSON = PersonFacts(held=False, consent=NO_CHOICES)
