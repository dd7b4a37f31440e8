"""Leaked pairs held against hashes of our own, for the addresses that we have, on all cores.

1. The hashes are known by the normal form of their address; of a pair whose address has none,
   nothing is computed.
2. The password itself is tried, then its variants, the likeliest first, until one fits.
3. A finding is handed on as soon as it is there. Who handles it keeps the place up to which all is
   done; begun again from there, nothing is found twice or lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum

from aboveboard.basics.errors import Unavailable
from aboveboard.basics.processes import Crew, WorkerEnded
from aboveboard.credentials.policy import normal_form
from aboveboard.credentials.reuse.hashes import can_verify, verify
from aboveboard.credentials.reuse.variants import variants


class ReuseMatch(StrEnum):
    """How a leaked password fits."""

    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class OwnHash:
    """An account of ours, by what its system calls it, and the hash of its password."""

    account: str
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeakedPair:
    """A row of a leak: its place, an address in normal form, and a password."""

    place: int
    email: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SweepStep:
    """What came of one pair that was tried: its place, and the account with how it fits, or
    None."""

    place: int
    account: str
    match: ReuseMatch | None


@dataclass(slots=True)
class SweepCounts:
    """How many pairs there were, how many had an address of ours, and for how many accounts the
    form of the hash cannot be verified."""

    pairs: int = 0
    tried: int = 0
    unverified: int = 0


_Task = tuple[str, str]


def sweep(
    pairs: Iterable[LeakedPair],
    own: Mapping[str, Sequence[OwnHash]],
    counts: SweepCounts,
    *,
    most: int,
    processes: int,
) -> Iterator[SweepStep]:
    """Yield what came of each pair whose address is ours, in their order.

    Args:
        own: by the normal form of an address.
        most: how many variants are tried, beside the password itself.
        processes: that hash; 0: this one alone.

    Raises:
        Unavailable: a process ended.
    """
    tasks = _tasks(pairs, own, counts)
    if not processes:
        try_one = start_trying(most)
        for (place, account), task in tasks:
            yield SweepStep(place, account, try_one(task))
        return
    with closing(Crew(start_trying, most, processes)) as crew:
        try:
            for (place, account), match in crew.in_order(tasks):
                yield SweepStep(place, account, match)
        except WorkerEnded:
            raise Unavailable(
                what="A process that compares passwords has ended",
                fix="Run it again: it goes on where it was.",
            ) from None


def _tasks(
    pairs: Iterable[LeakedPair], own: Mapping[str, Sequence[OwnHash]], counts: SweepCounts
) -> Iterator[tuple[tuple[int, str], _Task]]:
    for pair in pairs:
        counts.pairs += 1
        for each in own.get(pair.email, ()):
            if not can_verify(each.hash):
                counts.unverified += 1
                continue
            counts.tried += 1
            yield (pair.place, each.account), (each.hash, pair.password)


def start_trying(most: int) -> Callable[[_Task], ReuseMatch | None]:
    """Return what tries a password and up to ``most`` of its variants on a hash."""

    def try_one(task: _Task) -> ReuseMatch | None:
        kept, leaked = task
        password = normal_form(leaked)
        if verify(kept, password) or (password != leaked and verify(kept, leaked)):
            return ReuseMatch.EXACT
        if any(verify(kept, each) for each in variants(password, most=most)):
            return ReuseMatch.NEAR
        return None

    return try_one
