"""How fast one program may ask: a token bucket in this process's memory.

In memory, because a shared counter would cost more than the use it guards; with several processes
a program may ask that many times as fast, which the limit allows for.
"""

from __future__ import annotations

import threading
import time

from aboveboard.basics.errors import TooMany
from aboveboard.basics.limits import SERVICE_USES_PER_SECOND

_lock = threading.Lock()
_buckets: dict[int, tuple[float, float]] = {}


def take(client_id: int, *, rate: float = SERVICE_USES_PER_SECOND, now: float | None = None) -> None:
    """Take one token of the client's bucket, which holds one second's worth.

    Raises:
        TooMany: the bucket is empty; a second later it is full again.
    """
    moment = time.monotonic() if now is None else now
    with _lock:
        tokens, since = _buckets.get(client_id, (rate, moment))
        tokens = min(rate, tokens + (moment - since) * rate)
        if tokens < 1:
            raise TooMany(seconds=1)
        _buckets[client_id] = (tokens - 1, moment)
