"""What is asked of the decision. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """What a program was given leave for; an empty set leaves it to the promise."""

    purposes: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


ANY_SCOPE = Scope()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the role that asks, for which purpose, which fields, which channel, and when.

    ``own``: the person themself asks, signed in. ``earliest`` and ``latest`` bound the moments that
    may be asked about: since when the promise has been in force, and now; None leaves a side open
    (a question without a use).
    """

    role: str
    purpose: str
    fields: tuple[str, ...]
    channel: str
    at: datetime
    scope: Scope = ANY_SCOPE
    own: bool = False
    earliest: datetime | None = None
    latest: datetime | None = None
