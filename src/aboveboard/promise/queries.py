"""Every read of adopted promises."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

from aboveboard.basics import clock, statements
from aboveboard.basics.combined import Select
from aboveboard.basics.errors import Conflict, Damaged, NotFound, Unavailable
from aboveboard.ledger import queries as ledger
from aboveboard.promise.entries import PromiseAdopted
from aboveboard.promise.loading import PromiseProblem, PromiseRefused, load, reread
from aboveboard.promise.model import Promise
from aboveboard.promise.models import PromiseVersion


class NoPromise(Conflict):
    """No promise is in force, so nothing may be done with anybody's data."""

    code = "no_promise"
    next_step = "Adopt one with: aboveboard promise adopt FILE"


class PromiseDamaged(Damaged):
    """Version {serial} of the promise is not what was adopted: it was changed in the database."""

    code = "promise_damaged"
    next_step = "Restore the database, or adopt the promise again."


class PromiseMissing(Unavailable):
    """Version {serial} of the promise was adopted, and is not in this database, so nothing was
    released."""

    code = "promise_missing"
    next_step = "Adopt its file again: aboveboard promise adopt FILE"


@dataclass(frozen=True, slots=True)
class AdoptedPromise:
    """A promise that is, or was, in force: which version, the digest of its
    source, and since when."""

    promise: Promise
    serial: int
    digest: str
    adopted_at: datetime


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """A line in the history of promises, without the promise itself."""

    serial: int
    digest: str
    name: str
    adopted_at: datetime


def digest_of(text: str) -> str:
    """Return the SHA-256 of a promise's source in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_force() -> AdoptedPromise:
    """Return the promise in force now: the last that the log adopted.

    A row that the log did not adopt, or that this program did not write, is passed over; ``doctor``
    and ``ledger verify`` name it.

    Raises:
        NoPromise: none was ever adopted.
        PromiseMissing: the last that was adopted is not in the database.
        PromiseDamaged: it is not what was adopted.
    """
    global _resolved
    # By hand: this is on the path of every page, where the ORM took longer than the database. The
    # newest row is only asked whether anything changed: which one is in force, the log says.
    rows = statements.execute(connections[DEFAULT_DB_ALIAS], NEWEST.sql)
    if not rows:
        _refuse_if_adopted()
        raise NoPromise()
    key = _as_read(rows[0])
    known = _resolved
    if known is None or known[0] != key:
        known = _resolved = (key, _resolve())
    return known[1]


def last_in_force() -> AdoptedPromise:
    """Return the promise that was in force when this process last asked: for a use, which learns
    from :func:`is_in_force`, by a statement that it needs anyway, whether it still is.

    Raises:
        NoPromise, PromiseMissing, PromiseDamaged: as :func:`in_force`.
    """
    known = _resolved
    return in_force() if known is None else known[1]


def is_in_force(adopted: AdoptedPromise, newest: Sequence[tuple[Any, ...]]) -> bool:
    """Whether a promise is still the one in force, given the rows of :data:`NEWEST`."""
    known = _resolved
    return known is not None and known[1] is adopted and [*map(_as_read, newest)] == [known[0]]


def _as_read(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the newest row alike, whichever statement read it."""
    serial, digest, name, adopted_at, entry_id, mac = row
    moment = clock.from_database(adopted_at)
    return serial, digest, name, moment, entry_id, None if mac is None else bytes(mac)


def last_known() -> AdoptedPromise | None:
    """Return the promise in force; where that one is missing or damaged, the newest that is as it
    was written, or None.

    For what must be done for a person whatever became of the promise, such as their erasure: it
    says which fields there are and of which kind. Nothing is used by it.
    """
    try:
        return in_force()
    except (NoPromise, PromiseMissing, PromiseDamaged):
        for row in PromiseVersion.objects.order_by("-serial"):
            if row.authentic:
                with suppress(PromiseDamaged):
                    return _adopted(row.serial, row.digest, row.name, row.adopted_at)
    return None


_NEWEST = (
    "SELECT serial, digest, name, adopted_at, entry_id, mac "  # noqa: S608 - our own model's table
    f"FROM {PromiseVersion._meta.db_table} ORDER BY serial DESC LIMIT 1"
)
NEWEST: Final = Select(_NEWEST, "ittmib")
"""The newest row of promises, for statements that read more."""
_resolved: tuple[tuple[object, ...], AdoptedPromise] | None = None
"""The newest row as it was last read, and the promise that was in force then. One pair, replaced
whole: a thread sees the old or the new."""


def forget() -> None:
    """Clear the cached promise, because the database behind this process is being replaced."""
    global _resolved
    _resolved = None
    _promise.cache_clear()


def last_adopted_row() -> PromiseVersion | None:
    """Return the row that the log adopted last, for this package alone; None if there is none, or
    it is not as it was written."""
    entry = ledger.newest_of(PromiseAdopted.kind)
    if entry is None:
        return None
    facts = PromiseAdopted.from_json(entry.facts)
    row: PromiseVersion | None = PromiseVersion.objects.filter(pk=facts.promise).first()
    if row is None or not row.authentic or (row.entry_id, row.digest) != (entry.id, facts.digest):
        return None
    return row


def _resolve() -> AdoptedPromise:
    row = last_adopted_row()
    if row is None:
        _refuse_if_adopted()
        raise NoPromise()
    return _adopted(row.serial, row.digest, row.name, row.adopted_at)


def _refuse_if_adopted() -> None:
    """Refuse where the log adopted a promise, and the row that it names is gone or another."""
    entry = ledger.newest_of(PromiseAdopted.kind)
    if entry is None:
        return
    serial = PromiseAdopted.from_json(entry.facts).promise
    if PromiseVersion.objects.filter(pk=serial).exists():
        raise PromiseDamaged(serial=serial)
    raise PromiseMissing(serial=serial)


def version(serial: int) -> AdoptedPromise:
    """Return the promise of one version.

    Raises:
        NotFound: there is no such version.
        PromiseDamaged: its row was changed in the database.
    """
    row = PromiseVersion.objects.filter(pk=serial).first()
    if row is None:
        raise NotFound(what="version of the promise")
    if not row.authentic:
        raise PromiseDamaged(serial=serial)
    return _adopted(row.serial, row.digest, row.name, row.adopted_at)


def source(serial: int) -> str:
    """Return a version as it was written.

    Raises:
        NotFound: there is no such version.
    """
    text: str | None = (
        PromiseVersion.objects.filter(pk=serial).values_list("source", flat=True).first()
    )
    if text is None:
        raise NotFound(what="version of the promise")
    return text


def versions() -> Sequence[VersionSummary]:
    """Return the history, newest first. A row that this program did not write is no part of it."""
    return [
        VersionSummary(row.serial, row.digest, row.name, row.adopted_at)
        for row in PromiseVersion.objects.order_by("-serial")
        if row.authentic
    ]


def last_serial() -> int | None:
    """Return the number of the version in force; None if none was ever adopted, or the last that
    was is not here."""
    try:
        return in_force().serial
    except (NoPromise, PromiseMissing):
        return None


def problems_today() -> tuple[PromiseProblem, ...]:
    """Return what would now be refused about the promise in force: the law, or our
    rules, may have moved on.

    Raises:
        NoPromise: none was ever adopted.
    """
    adopted = in_force()
    try:
        load(source(adopted.serial), name=f"promise {adopted.serial}")
    except PromiseRefused as refused:
        return refused.problems
    return ()


def _adopted(serial: int, digest: str, name: str, adopted_at: datetime) -> AdoptedPromise:
    return AdoptedPromise(_promise(serial, digest, name), serial, digest, adopted_at)


# By number, digest and name, never by number alone: tests and restorations give a number twice.
# 16: the version in force, and those that receipts still speak of.
@lru_cache(maxsize=16)
def _promise(serial: int, digest: str, name: str) -> Promise:
    """Read a version once per process."""
    text = source(serial)
    if digest_of(text) != digest:
        raise PromiseDamaged(serial=serial)
    return reread(text, name=name)
