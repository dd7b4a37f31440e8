"""What a changed promise changes, by purpose, role, field and channel: from tallies. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aboveboard.access.impact.judging import contacts_of
from aboveboard.basics.actor import Role
from aboveboard.promise.model import Promise

Tally = Counter[tuple[bool, bool]]
"""People by whether their own choices, restriction and retention allow it under the old promise,
and under the new one."""


@dataclass(frozen=True, slots=True, order=True)
class TallyKey:
    """What one tally is about. ``field`` is "" where all fields of the purpose come out alike;
    ``own``: the person asks themself; ``contacts``: which way of contact it is under
    both promises, "" where it is none."""

    purpose: str
    field: str
    own: bool
    contacts: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ChangedUse:
    """One use that changes for somebody: how many it is allowed of, before and after, and how
    many gain and lose it."""

    purpose: str
    role: str
    channel: str
    field: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class ImpactReport:
    """What a promise would change: the uses, and the fields that the next sweep would
    erase of how many people."""

    people: int
    cells: tuple[ChangedUse, ...]
    lapsing: Mapping[str, int]


def changed_uses(
    old: Promise, new: Promise, tallies: Mapping[TallyKey, Tally]
) -> Iterator[ChangedUse]:
    """Yield the uses that change for anybody, in the order of the new promise, then
    those that it dropped."""
    for purpose in dict.fromkeys([*new.purposes, *old.purposes]):
        for role, channel, field in dict.fromkeys(
            [*_combinations(new, purpose), *_combinations(old, purpose)]
        ):
            was, is_ = (
                (role, channel, field) in set(_combinations(old, purpose)),
                (role, channel, field) in set(_combinations(new, purpose)),
            )
            own = role == Role.CUSTOMER
            ways = contacts_of(old.purposes.get(purpose), new.purposes.get(purpose), channel)
            tally = (
                tallies.get(TallyKey(purpose, field, own, ways))
                or tallies.get(TallyKey(purpose, "", own, ways))
                or Counter()
            )
            cell = _changed_use((purpose, role, channel, field), tally, was=was, is_=is_)
            if cell.gained or cell.lost:
                yield cell


def _combinations(promise: Promise, purpose: str) -> list[tuple[str, str, str]]:
    known = promise.purposes.get(purpose)
    if known is None:
        return []
    return [
        (role, channel, field)
        for role in known.roles
        for channel in known.channels
        for field in known.fields
    ]


def _changed_use(
    place: tuple[str, str, str, str], tally: Tally, *, was: bool, is_: bool
) -> ChangedUse:
    before = after = gained = lost = 0
    for (old_ok, new_ok), count in tally.items():
        had, has = was and old_ok, is_ and new_ok
        before += count * had
        after += count * has
        gained += count * (has and not had)
        lost += count * (had and not has)
    return ChangedUse(*place, before, after, gained, lost)
