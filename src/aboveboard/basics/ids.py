"""Identifiers: 63-bit, time-ordered, safe in every engine that reads signed 64-bit integers.

Layout, most significant bit first: 0 | 42 bits of milliseconds since 2024-01-01 UTC | 21 random
bits. Ids made by one process never repeat and always rise, so a bulk load appends to its indexes
instead of scattering over them. Two processes that pick the same 21 random bits in the same
millisecond collide; the primary key refuses the second, which tries again.

An id says when a record was made and nothing else. It is not a secret: authorisation never rests
on an id being hard to guess.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from datetime import datetime

_EPOCH_MS = 1_704_067_200_000
_RANDOM_BITS = 21

_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """Return a fresh id, greater than every id this process made before."""
    return next(new_ids(1))


def new_ids(count: int) -> Iterator[int]:
    """Return ``count`` consecutive fresh ids, in ascending order; they are reserved when this is
    called."""
    global _last
    # Taken outside the lock, so it may lie behind ``_last``: what is returned rises all the same.
    stamp = (int(time.time() * 1000) - _EPOCH_MS) << _RANDOM_BITS
    with _lock:
        # A clock that was set back gives the next number, and not an old one again.
        first = max(_last + 1, stamp | secrets.randbits(_RANDOM_BITS))
        _last = first + count - 1
    return iter(range(first, first + count))


def first_id_of(at: datetime) -> int:
    """Return the smallest id that a record made at this moment or later can have: what is newer is
    found by the primary key. The clocks of several processes differ a little."""
    return max(0, int(at.timestamp() * 1000) - _EPOCH_MS) << _RANDOM_BITS


def reference(prefix: str, number: int) -> str:
    """Return the form in which people say an id aloud: ``reference("INC", 42) == "INC-0042"``."""
    return f"{prefix}-{number:04d}"


def parse_id(text: str) -> int | None:
    """Return the number that somebody wrote into an address or a form, or None where it cannot be
    an id: ASCII digits only, below 2**63, so that every database can compare with it."""
    # int() takes digits of every script, and str.isdigit also calls "²" a digit, which int()
    # refuses; the length is asked first, since int() refuses what has thousands of digits.
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    number = int(text)
    return number if number < 2**63 else None
