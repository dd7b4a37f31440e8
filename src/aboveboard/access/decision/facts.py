"""What is known of the person when it is decided; nothing in it is opened for that. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from aboveboard.choices.state import NOTHING_SAID, Standing

_NO_MOMENTS: Mapping[str, datetime] = MappingProxyType({})


def no_moments() -> Mapping[str, datetime]:
    """Return the empty map that everyone without moments of their own shares."""
    return _NO_MOMENTS


@dataclass(frozen=True, slots=True)
class Facts:
    """Are they held, what they chose, when retention started to run, and what the law holds still.

    ``collected``: field to when its own value was collected, where its provenance is known;
    ``collected_at`` stands for the rest. ``restricted_since``: since when the use of their data is
    restricted (GDPR Art. 18), None when it is not. ``held_for_claim``: whether a legal hold keeps
    their data beyond its time (Art. 17(3)(e)). ``grounds_shown``: purpose to when compelling
    grounds against their objection were shown (Art. 21(1)).
    """

    held: bool
    standing: Standing
    collected_at: datetime | None = None
    last_active_at: datetime | None = None
    collected: Mapping[str, datetime] = field(default_factory=no_moments)
    restricted_since: datetime | None = None
    held_for_claim: bool = False
    grounds_shown: Mapping[str, datetime] = field(default_factory=no_moments)


UNKNOWN_PERSON = Facts(held=False, standing=NOTHING_SAID)
