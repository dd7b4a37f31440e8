"""What every connector can do, whatever the system behind it is: a database, files, an API, a
mailbox, somebody's desk, or Aboveboard itself.

A connector is made from a declaration and holds no state of a request: whoever calls it keeps the
:class:`Match` that ``find`` gave and comes back with it, in another process if need be. Every call
may raise the three errors below and no others; what a system answers is never part of an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Damaged, Refused, Unavailable
from aboveboard.basics.personal import Personal

EMAIL: Final = "email"
PHONE: Final = "phone"
CUSTOMER_NUMBER: Final = "customer_number"
"""The kinds of identifier that every system may be asked by. A declaration may name others: the ids
that its own system gives, such as ``stripe_customer``."""


class Verb(StrEnum):
    """What a connector may be asked to do."""

    FIND = "find"
    READ = "read"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"
    """Also an objection: stop using it for a purpose, or for all (GDPR Art. 18 and 21)."""


class SystemUnavailable(Unavailable):
    """The system {system} cannot be reached now."""

    code = "system_unavailable"
    next_step = "It is tried again by itself. If it goes on: aboveboard systems test {system}"


class SystemRefused(Refused):
    """The system {system} did not let us do this: {reason}."""

    code = "system_refused"
    next_step = "Check the account and its rights in that system, then try the step again."


class SystemAnswerUnreadable(Damaged):
    """The system {system} answered in a way that its declaration does not expect: {where}."""

    code = "system_answer_unreadable"
    next_step = "Compare the declaration with the system: aboveboard systems test {system}"


@dataclass(frozen=True, slots=True)
class Identifier:
    """What names a person in a system. ``kind`` as above; the value in the normal form of its
    kind."""

    kind: str
    value: Personal[str]


@dataclass(frozen=True, slots=True)
class Match:
    """A record that is the person's own.

    Attributes:
        collection: the table, file, resource or folder it is in.
        key: what finds it again there.
        by: the kinds of identifier that found it, so that somebody can judge the way.
        learned: identifiers that it tells, with which further systems can be asked.
        several: whether the identifier points at more than one person there: then nobody may read
            it before somebody has decided whose it is.
    """

    collection: str
    key: Personal[str]
    by: tuple[str, ...]
    learned: tuple[Identifier, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row, document or message about the person: names as the system has them.

    ``others``: the names whose values are somebody else's, as the declaration says; they leave
    only after a person has looked (GDPR Art. 15(4)).
    """

    collection: str
    values: Mapping[str, Personal[Json]]
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to what is held: streamed, because it may not fit in memory."""

    collection: str
    name: Personal[str]
    media_type: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Retained:
    """What an erasure left, and why: ``ground`` is a sentence that the person reads."""

    collection: str
    records: int
    ground: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SystemChange:
    """What became of a correction, an erasure or a restriction.

    ``done`` false: it waits for somebody, or for the system; ``messages`` say for what, as
    sentences without personal data. ``changed``: records for each collection.
    """

    changed: Mapping[str, int] = field(default_factory=dict)
    retained: tuple[Retained, ...] = ()
    messages: tuple[str, ...] = ()
    done: bool = True


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A column or path of a system, for discovery. ``samples`` are a few values, never stored.

    ``declared``: the data category that the declaration gives it, or "".
    """

    collection: str
    path: str
    type: str
    samples: tuple[Personal[str], ...] = ()
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What a test of a system found: ``sentence`` says it and what to do, without a secret."""

    ok: bool
    sentence: str
    details: tuple[str, ...] = ()


class Connector(Protocol):
    """One system."""

    @property
    def key(self) -> str:
        """The name of the system in its declaration."""

    @property
    def verbs(self) -> frozenset[Verb]:
        """What it can be asked. What it cannot is done by hand, by somebody who is asked to: it
        changes nothing, and its answer is not ``done`` and says so."""

    def test(self) -> Health:
        """Say whether it can be reached and may be read, without a person's data."""

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield what it has, with up to ``samples`` values of each."""

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield the person's own records. Nothing is changed. No match: nothing is held."""

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield all that hangs on a record, in memory that does not grow with it."""

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Set values, by data category of the promise. Run again it changes nothing."""

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Erase what may be erased; ``dry_run`` only counts. Run again it finds nothing left."""

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Have it stop using the record for a purpose of the promise, or for all."""
