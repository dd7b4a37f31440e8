"""What others read of the sources of whom a loss affects, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aboveboard.basics import clock
from aboveboard.incidents.logins.queries import LoginView
from aboveboard.incidents.terms import Certainty, SourceWay


@dataclass(frozen=True, slots=True)
class TakenBackView:
    """That a source was taken back: when, by whom (the actor as JSON), and why; the reason is None
    where it cannot be read."""

    at: datetime
    by: dict[str, str]
    reason: str | None


@dataclass(frozen=True, slots=True)
class AffectedListView:
    """A source of whom a loss affects, by its ``way``; ``evidence`` is what it rests on, by the way
    (``sources``), and ``certainty`` how certain it is at most. ``unmatched`` and ``shared``: the
    numbers of the lines of a list that name nobody we know, and of those that fit several people.
    """

    id: int
    at: datetime
    people: int
    exposed: tuple[str, ...]
    unmatched: tuple[int, ...]
    shared: tuple[int, ...]
    way: SourceWay
    certainty: Certainty
    evidence: dict[str, Any]
    login: LoginView | None = None
    taken_back: TakenBackView | None = None

    @property
    def as_of(self) -> datetime | None:
        """The moment as of which a whole system was lost."""
        return clock.from_text(self.evidence["as_of"]) if "as_of" in self.evidence else None


@dataclass(frozen=True, slots=True)
class AffectedEstimateView:
    """About how many people of a place are affected who are on no list. ``assumed``: nobody said
    so; it is the worse reading until somebody does."""

    id: int
    at: datetime
    jurisdiction: str
    place: str
    people: int
    exposed: tuple[str, ...]
    categories: tuple[str, ...]
    assumed: bool
    taken_back: TakenBackView | None = None

    @property
    def certainty(self) -> Certainty:
        """How certain it is: what is assumed cannot be excluded."""
        return Certainty.NOT_EXCLUDED if self.assumed else Certainty.PROBABLE
