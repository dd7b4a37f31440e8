"""The form of the index: for each use its entry, its moment and its group, oldest first, and what
the groups are. Pure: bytes in, bytes out.

    length of the head (4 bytes, big-endian) | head (JSON) | entries | moments | groups

Entries are 8 bytes each, moments (seconds since 1970) and groups 4, in the byte order that the head
names: an index that another kind of machine wrote is made again.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import compress
from typing import Final, NamedTuple

from aboveboard.basics.actor import ActorKind
from aboveboard.keys.handles import PersonHandles
from aboveboard.ledger.queries import LedgerEntry

_LENGTH: Final = 4
_FORM: Final = 2


class UseGroup(NamedTuple):
    """What uses may have in common: who, for what, and the kind of their entry."""

    actor: str
    role: str
    team: str
    purpose: str
    kind: str

    @property
    def is_own(self) -> bool:
        """Whether it was the person themself."""
        return self.actor == ActorKind.PERSON


@dataclass(frozen=True, slots=True)
class UseFilter:
    """Which uses are asked for. None: any.

    Attributes:
        since, until: from this moment on, and before that one.
        party: role and team of who asked.
        purpose: the promise's key.
        own: whether the person's own uses are among them.
    """

    since: datetime | None = None
    until: datetime | None = None
    party: tuple[str, str] | None = None
    purpose: str | None = None
    own: bool = False

    def wants(self, group: UseGroup) -> bool:
        """Whether uses of a group are asked for, whenever they were."""
        return (
            (self.own or not group.is_own)
            and self.party in (None, (group.role, group.team))
            and self.purpose in (None, group.purpose)
        )


@dataclass(frozen=True, slots=True)
class IndexedUses:
    """Every use of one person's data up to what ``counted`` says, oldest entry first.

    Attributes:
        entry_ids, moments, members: one each for a use: its entry, when it was (seconds since
            1970), and the place of its group among ``groups``.
        counted: how many handles of each of the person's secrets were asked for, by the secret's
            first handle.
        lasting: the handles from before each entry had one of its own that were asked for.
        explained: up to which entry it was looked whether somebody asked about one of these; such
            an entry has the handle of the one that it is about, and not the next.
    """

    entry_ids: array[int] = field(default_factory=lambda: array("q"))
    moments: array[int] = field(default_factory=lambda: array("I"))
    members: array[int] = field(default_factory=lambda: array("I"))
    groups: tuple[UseGroup, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    lasting: tuple[str, ...] = ()
    explained: int = 0

    def __len__(self) -> int:
        return len(self.entry_ids)

    def belongs_to(self, person: PersonHandles) -> bool:
        """Whether all that it was made from is the person's: not after two records were split."""
        own = {secret.handle(0) for secret in person.secrets}
        return own.issuperset(self.counted) and set(person.lasting).issuperset(self.lasting)

    def extended(
        self,
        entries: Iterable[LedgerEntry],
        *,
        counted: Mapping[str, int],
        lasting: tuple[str, ...],
        explained: int,
    ) -> IndexedUses:
        """Return these and further uses; an entry that is here already is not counted twice."""
        known = set(self.entry_ids)
        added = sorted(
            {entry.id: entry for entry in entries if entry.id not in known}.values(),
            key=lambda entry: entry.id,
        )
        places = {group: place for place, group in enumerate(self.groups)}
        entry_ids, moments, members = self.entry_ids[:], self.moments[:], self.members[:]
        for entry in added:
            group = group_of(entry)
            entry_ids.append(entry.id)
            moments.append(max(int(entry.at.timestamp()), 0))
            members.append(places.setdefault(group, len(places)))
        if added and self.entry_ids and added[0].id < self.entry_ids[-1]:
            # A merged record's, or one that the log tells of in another way: between the others.
            order = sorted(range(len(entry_ids)), key=entry_ids.__getitem__)
            entry_ids, moments, members = (
                array(column.typecode, map(column.__getitem__, order))
                for column in (entry_ids, moments, members)
            )
        return IndexedUses(
            entry_ids, moments, members, tuple(places), dict(counted), lasting, explained
        )

    def matching(self, wanted: UseFilter) -> IndexedUses:
        """Return those that are asked for."""
        flags = [wanted.wants(group) for group in self.groups]
        kept: list[bool] = list(map(flags.__getitem__, self.members))
        if wanted.since is not None or wanted.until is not None:
            since = 0 if wanted.since is None else wanted.since.timestamp()
            until = float("inf") if wanted.until is None else wanted.until.timestamp()
            kept = [
                flag and since <= moment < until
                for flag, moment in zip(kept, self.moments, strict=True)
            ]
        if all(kept):
            return self
        return replace(
            self,
            entry_ids=array("q", compress(self.entry_ids, kept)),
            moments=array("I", compress(self.moments, kept)),
            members=array("I", compress(self.members, kept)),
        )

    def page(self, after: int | None, limit: int) -> Sequence[int]:
        """Return the entries of the newest uses first; those before the entry ``after``."""
        end = len(self) if after is None else bisect_left(self.entry_ids, after)
        return self.entry_ids[max(end - limit, 0) : end][::-1]

    def moments_of(self, kinds: Collection[str]) -> list[int]:
        """Return when the uses were whose entries are of these kinds (seconds since 1970), in
        order."""
        flags = [group.kind in kinds for group in self.groups]
        return sorted(compress(self.moments, map(flags.__getitem__, self.members)))

    def span(self) -> tuple[datetime, datetime] | None:
        """Return when the first and the last of them were; None where there are none."""
        if not self.moments:
            return None
        first, last = min(self.moments), max(self.moments)
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)


def group_of(entry: LedgerEntry) -> UseGroup:
    """Return the group of the use that an entry records."""
    # What a sealed use was is not said here: the index would outlast what a law allows.
    actor, purpose = entry.actor, str(entry.facts.get("purpose", ""))
    return UseGroup(str(actor.kind), actor.role, actor.team, purpose, entry.kind)


def encode(uses: IndexedUses) -> bytes:
    """Return the index as bytes, to be sealed."""
    head = json.dumps(
        {
            "form": _FORM,
            "order": sys.byteorder,
            "counted": uses.counted,
            "lasting": uses.lasting,
            "explained": uses.explained,
            "groups": uses.groups,
            "uses": len(uses),
        }
    ).encode()
    columns = (uses.entry_ids, uses.moments, uses.members)
    return b"".join([len(head).to_bytes(_LENGTH, "big"), head, *(c.tobytes() for c in columns)])


def decode(plain: bytes) -> IndexedUses | None:
    """Return the index that :func:`encode` was given; None where another version or another kind of
    machine wrote it, so that it is made again."""
    start = _LENGTH + int.from_bytes(plain[:_LENGTH], "big")
    head = json.loads(plain[_LENGTH:start])
    if (head["form"], head["order"]) != (_FORM, sys.byteorder):
        return None
    columns: list[array[int]] = []
    for typecode in "qII":
        column: array[int] = array(typecode)
        end = start + column.itemsize * head["uses"]
        column.frombytes(plain[start:end])
        columns.append(column)
        start = end
    groups = tuple(UseGroup(*group) for group in head["groups"])
    entry_ids, moments, members = columns
    lasting, explained = tuple(head["lasting"]), int(head["explained"])
    return IndexedUses(entry_ids, moments, members, groups, head["counted"], lasting, explained)
