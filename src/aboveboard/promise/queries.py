"""Every read of adopted promises."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict, Damaged, NotFound
from aboveboard.promise.loading import Problem, PromiseRefused, load, reread
from aboveboard.promise.model import Promise
from aboveboard.promise.models import PromiseVersion


class NoPromise(Conflict):
    """No promise is in force, so nothing may be done with anybody's data."""

    code = "no_promise"
    next_step = "Adopt one with: aboveboard promise adopt FILE"


class PromiseDamaged(Damaged):
    """Version {serial} of the promise is not what was adopted: its text no
    longer has its digest."""

    code = "promise_damaged"
    next_step = "Restore the database, or adopt the promise again."


@dataclass(frozen=True, slots=True)
class Adopted:
    """A promise that is, or was, in force: which version, the digest of its
    source, and since when."""

    promise: Promise
    serial: int
    digest: str
    adopted_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A line in the history of promises, without the promise itself."""

    serial: int
    digest: str
    name: str
    adopted_at: datetime


def digest_of(text: str) -> str:
    """Return the SHA-256 of a promise's source in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_force() -> Adopted:
    """Return the promise in force now, the last one adopted.

    Raises:
        NoPromise: none was ever adopted.
    """
    # By hand: this is on the path of every use, where the ORM took longer than the database.
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        row = cursor.fetchone()
    if row is None:
        raise NoPromise()
    serial, digest, name, adopted_at = row
    return _adopted(serial, digest, name, clock.stored(adopted_at))


_IN_FORCE = (
    "SELECT serial, digest, name, adopted_at "  # noqa: S608 - our own model's table
    f"FROM {PromiseVersion._meta.db_table} ORDER BY serial DESC LIMIT 1"
)


def version(serial: int) -> Adopted:
    """Return the promise of one version.

    Raises:
        NotFound: there is no such version.
    """
    row = (
        PromiseVersion.objects.filter(pk=serial)
        .values_list("serial", "digest", "name", "adopted_at")
        .first()
    )
    if row is None:
        raise NotFound(what="version of the promise")
    return _adopted(*row)


def source(serial: int) -> str:
    """Return a version as it was written.

    Raises:
        NotFound: there is no such version.
    """
    text = PromiseVersion.objects.filter(pk=serial).values_list("source", flat=True).first()
    if text is None:
        raise NotFound(what="version of the promise")
    return text


def versions() -> Sequence[Version]:
    """Return the history, newest first."""
    rows = PromiseVersion.objects.order_by("-serial").values_list(
        "serial", "digest", "name", "adopted_at"
    )
    return [Version(*row) for row in rows]


def last_serial() -> int | None:
    """Return the number of the version in force, without reading it; None if
    none was ever adopted."""
    return PromiseVersion.objects.order_by("-serial").values_list("serial", flat=True).first()


def problems_today() -> tuple[Problem, ...]:
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


def _adopted(serial: int, digest: str, name: str, adopted_at: datetime) -> Adopted:
    return Adopted(_promise(serial, digest, name), serial, digest, adopted_at)


# By number, digest and name, never by number alone: tests and restorations give a number twice.
# 16: the version in force, and those that receipts still speak of.
@lru_cache(maxsize=16)
def _promise(serial: int, digest: str, name: str) -> Promise:
    """Read a version once per process."""
    text = source(serial)
    if digest_of(text) != digest:
        raise PromiseDamaged(serial=serial)
    return reread(text, name=name)
