"""Boundaries: what a person sets around their record beside yes and no to purposes. Pure.

They keep a role or a team out, or have something kept for less time than is promised. Each is a
choice like any other, so that all that holds for choices holds for it: dated, evidenced, under a
MAC, in the log, restored, merged with the stricter one, and taken back by their own hand alone once
their own hand set it. It is a no to a topic of its own form, and a yes takes it back:

* ``role:adviser``: no role of this key sees the record;
* ``team:9f86d081884c7d65``: no team of this name does, by the first 16 hex digits of the SHA-256 of
  it (names of teams stand in the log in clear: who acts is named by them);
* ``keep:personal-offers/P6M``: what the purpose needs is kept no longer than this.

One is set for them: ``record:deceased``, once two members of staff recorded that they died. Then no
choice of theirs lets anything go on, and each is as it was where the report was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from aboveboard.choices.confirmation import is_confirmation
from aboveboard.choices.third_parties import is_third_party
from aboveboard.choices.topic import parts_of
from aboveboard.promise.period import Period


class BoundaryKind(StrEnum):
    """What a boundary is about: the word before the colon of its topic."""

    ROLE = "role"
    TEAM = "team"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary: ``name`` is the role, the name of the team, or the purpose; ``keep`` how long,
    as an ISO 8601 period, of a purpose alone."""

    kind: BoundaryKind
    name: str
    keep: str = ""

    @property
    def purpose(self) -> str:
        """What stands in the place of the purpose of a choice."""
        return f"{self.kind}:{_team(self.name) if self.kind is BoundaryKind.TEAM else self.name}"


@lru_cache(maxsize=1024)
def _team(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries that stand: who is kept out, and what is kept for how long at most."""

    kept_out: frozenset[str] = frozenset()
    shorter: Mapping[str, Period] = field(default_factory=lambda: _NO_PERIODS)

    @property
    def deceased(self) -> bool:
        """Whether they are recorded as having died."""
        return DECEASED in self.kept_out

    def keep_out(self, role: str, team: str) -> bool:
        """Whether somebody of this role and team is kept out."""
        if not self.kept_out:
            return False
        return f"role:{role}" in self.kept_out or (
            bool(team) and f"team:{_team(team)}" in self.kept_out
        )


DECEASED: Final = "record:deceased"
"""What stands in the place of the purpose of a choice for somebody who died."""
_NO_PERIODS: Final[Mapping[str, Period]] = MappingProxyType({})
NO_BOUNDARIES: Final = Boundaries()


def is_boundary(topic: str) -> bool:
    """Whether a topic is a boundary or a third party, and not a purpose: no key of a promise has a
    colon. A confirmation has one too (``choices.confirmation``)."""
    return ":" in topic and not is_confirmation(topic)


def boundaries_of(denied: Iterable[str]) -> Boundaries:
    """Return the boundaries among the topics to which the answer is no. Of two periods for one
    purpose the shorter holds."""
    kept_out, shorter = set(), dict[str, Period]()
    for topic in denied:
        if is_third_party(topic):
            continue
        if topic.startswith("keep:"):
            purpose, keep = parts_of(topic.removeprefix("keep:"))
            period = Period.parse(keep)
            known = shorter.get(purpose)
            if known is None or period.longest() < known.longest():
                shorter[purpose] = period
        elif is_boundary(topic):
            kept_out.add(topic)
    if not kept_out and not shorter:
        return NO_BOUNDARIES
    return Boundaries(frozenset(kept_out), MappingProxyType(shorter))
