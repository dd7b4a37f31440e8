"""How long to wait before a call is made again, and how many calls a system takes in a while."""

from __future__ import annotations

import email.utils
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aboveboard.connectors.outgoing.limits import FIRST_WAIT_SECONDS, WAIT_SECONDS


def own_wait(attempt: int) -> float:
    """Return the seconds after the ``attempt``-th try (from 1) where the system names none: they
    double, up to the longest wait."""
    return min(FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1), WAIT_SECONDS)


def asked_wait(text: str, now: float) -> float:
    """Return the seconds that Retry-After asks for (RFC 9110, 10.2.3): a number, or a moment; 0 for
    what is neither. ``now``: seconds since 1970."""
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 0.0


@dataclass(frozen=True, slots=True)
class CallRate:
    """How many calls a system takes: ``calls`` in each ``seconds``."""

    calls: int
    seconds: float


class TokenBucket:
    """Lets as many calls through as a rate allows, and says how long the next one waits.

    Times are seconds of any clock that only goes forward.
    """

    def __init__(self, rate: CallRate) -> None:
        self.rate = rate
        self._tokens = float(rate.calls)
        self._at: float | None = None
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Take a token and return the seconds after which the call may be made: 0 at once."""
        each = self.rate.seconds / self.rate.calls
        with self._lock:
            if self._at is not None:
                gained = max(0.0, now - self._at) / each
                self._tokens = min(float(self.rate.calls), self._tokens + gained)
            self._at = now if self._at is None else max(now, self._at)
            self._tokens -= 1.0
            return max(0.0, -self._tokens * each)


_buckets: Final[dict[str, TokenBucket]] = {}
_lock: Final = threading.Lock()


def keep_rate(
    system: str, rate: CallRate | None, clock: Callable[[], float], wait: Callable[[float], None]
) -> None:
    """Wait until a system takes another call. All work of this process shares its rate."""
    if rate is None:
        return
    with _lock:
        bucket = _buckets.get(system)
        if bucket is None or bucket.rate != rate:
            bucket = _buckets[system] = TokenBucket(rate)
    seconds = bucket.take(clock())
    if seconds > 0:
        wait(seconds)
