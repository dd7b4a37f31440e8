"""Every read of adopted promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.promise.loading import load
from aboveboard.promise.model import Promise
from aboveboard.promise.models import PromiseVersion


class NoPromise(AboveboardError):
    """No promise is in force, so nothing may be done with anybody's data."""

    code = "no_promise"
    next_step = "Adopt one with: aboveboard promise adopt FILE"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A promise that is, or was, in force: which version, the digest of its source, and since when."""

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


def in_force() -> Adopted:
    """Return the promise in force now, the last one adopted.

    Raises:
        NoPromise: none was ever adopted.
    """
    serial = PromiseVersion.objects.order_by("-serial").values_list("serial", flat=True).first()
    if serial is None:
        raise NoPromise()
    return version(serial)


def version(serial: int) -> Adopted:
    """Return the promise of one version.

    Raises:
        NotFound: there is no such version.
    """
    row = PromiseVersion.objects.filter(pk=serial).values_list("digest", "name", "adopted_at").first()
    if row is None:
        raise NotFound(what="version of the promise")
    digest, name, adopted_at = row
    return Adopted(_promise(serial, digest, name), serial, digest, adopted_at)


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
    rows = PromiseVersion.objects.order_by("-serial").values_list("serial", "digest", "name", "adopted_at")
    return [Version(*row) for row in rows]


@lru_cache(maxsize=16)
def _promise(serial: int, digest: str, name: str) -> Promise:
    """Read a version once per process. The digest is part of the key, so a changed row is never served from memory."""
    return load(source(serial), name=name)
