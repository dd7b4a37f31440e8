"""How many people a client may name that nobody here is: a program that tries addresses out would
learn who is a customer, as a member of staff would who types them (``accounts.gate.throttle``).

Only misses count, so a program that asks about customers is never slowed. What is over the limit is
paid off in time: a batch of five hundred strangers is answered, and then nothing for minutes. The
count is shared by all processes; each remembers it for a second, so that a use costs no statement.
"""

from __future__ import annotations

import math
import threading
import time

from allauth.core.internal.ratelimit import cache_lock
from django.core.cache import cache

from aboveboard.access.lookup import NoOneFound, SeveralFound
from aboveboard.api.limits import MISSES, MISSES_MEMORY, MISSES_PER_SECOND
from aboveboard.basics.errors import RateLimited

MISSED = (NoOneFound, SeveralFound)
"""The outcomes that say of somebody that they are, or are not, one customer here."""

_lock = threading.Lock()
_remembered: dict[int, tuple[float, float, float]] = {}
"""Of each client: the count, the moment it was true, and the moment it was read."""


def forget() -> None:
    """Clear the cached counts, because the database behind this process is being replaced."""
    with _lock:
        _remembered.clear()


def check_limit(client_id: int) -> None:
    """Let a client that has not missed too often go on.

    Raises:
        RateLimited: it has; ``seconds`` later it may ask again.
    """
    if rest := seconds_to_wait(client_id):
        raise RateLimited(seconds=rest)


def seconds_to_wait(client_id: int) -> int:
    """Return how long the client must wait before it may name somebody again; 0 if it need not."""
    now = time.time()
    with _lock:
        level, at, read_at = _remembered.get(client_id, (0.0, 0.0, 0.0))
    if now - read_at > MISSES_MEMORY.total_seconds():
        level, at = cache.get(_key(client_id), (0.0, now))
        _remember(client_id, level, at, now)
    over = _decayed(level, at, now) - MISSES + 1
    return math.ceil(over / MISSES_PER_SECOND) if over > 0 else 0


def count_misses(client_id: int, count: int) -> None:
    """Count that a client named so many people who are not, each, one customer."""
    if not count:
        return
    key = _key(client_id)
    # Without the lock (it is not had within a second where many miss at once) the worse reading
    # stands: this process's own count, which the next one adds to.
    with cache_lock(key):
        now = time.time()
        level, at = cache.get(key, (0.0, now))
        level = _decayed(level, at, now) + count
        cache.set(key, (level, now), timeout=math.ceil(level / MISSES_PER_SECOND) + 1)
    _remember(client_id, level, now, now)


def _remember(client_id: int, level: float, at: float, read_at: float) -> None:
    with _lock:
        _remembered[client_id] = (level, at, read_at)


def _decayed(level: float, at: float, now: float) -> float:
    return max(0.0, level - max(0.0, now - at) * MISSES_PER_SECOND)


def _key(client_id: int) -> str:
    return f"api-misses:{client_id}"
