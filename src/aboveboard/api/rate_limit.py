"""How fast one client may ask: a token bucket in this process's memory.

In memory, because a shared counter would cost more than the use it guards; with several processes
a client may ask that many times as fast, which the limit allows for.
"""

from __future__ import annotations

import math
import threading
import time

from aboveboard.api.limits import SERVICE_USES_PER_SECOND
from aboveboard.basics.errors import RateLimited

_lock = threading.Lock()
_buckets: dict[int, tuple[float, float]] = {}


def take_tokens(
    client_id: int,
    count: int = 1,
    *,
    rate: float = SERVICE_USES_PER_SECOND,
    now: float | None = None,
) -> None:
    """Take a token for each of ``count`` people out of the client's bucket, which
    holds one second's worth.

    Raises:
        RateLimited: there are not so many; nothing was taken. ``seconds`` later there are,
            if nobody else takes them.
    """
    if wait := _try_take(client_id, count, rate, time.monotonic() if now is None else now):
        raise RateLimited(seconds=math.ceil(wait))


def wait_for_tokens(client_id: int, count: int, *, rate: float = SERVICE_USES_PER_SECOND) -> None:
    """Take the tokens, resting until there are so many: for a stream, which is slowed
    down and not refused."""
    while rest := _try_take(client_id, count, rate, time.monotonic()):
        time.sleep(rest)


def _try_take(client_id: int, count: int, rate: float, moment: float) -> float:
    """Take the tokens and return 0, or take none and return the seconds until there are so many."""
    if count > rate:
        raise ValueError("a bucket never holds so many")
    # One lock for all clients: it is held for a microsecond, and a lock for each client would have
    # to be made under a lock as well.
    with _lock:
        tokens, since = _buckets.get(client_id, (rate, moment))
        # Never back in time: callers take their moment before they get the lock.
        tokens = min(rate, tokens + max(moment - since, 0.0) * rate)
        if tokens >= count:
            _buckets[client_id] = (tokens - count, moment)
            return 0.0
        _buckets[client_id] = (tokens, moment)
        return (count - tokens) / rate
