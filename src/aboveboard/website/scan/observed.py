"""What a browser saw of a website. Pure and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ScanMoment(StrEnum):
    """When it was seen: before any answer, after a no to everything, after a yes to everything."""

    BEFORE = "before"
    REFUSED = "refused"
    ALLOWED = "allowed"


class ItemKind(StrEnum):
    """What was seen."""

    COOKIE = "cookie"
    STORAGE = "storage"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One cookie, one name in storage, or one host of others that was asked for something.

    ``days``: how long a cookie is kept, from when it was seen; None until the browser closes, and
    for what is no cookie. ``page``: where it was seen first. ``domain``: whose cookie it is.
    """

    kind: ItemKind
    name: str
    page: str
    days: float | None = None
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a website. ``panel``: whether a consent panel was found; without one only
    :attr:`ScanMoment.BEFORE` is there. ``pages``: those that were loaded."""

    site: str
    pages: tuple[str, ...]
    panel: bool
    seen: Mapping[ScanMoment, tuple[SeenItem, ...]]
