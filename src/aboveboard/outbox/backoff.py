"""How long to wait before trying again: each wait is twice the last, up to a ceiling."""

from __future__ import annotations

from datetime import timedelta


def wait_after(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return the wait after the ``attempts``-th try (1 is the first) failed."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(first * (1 << doublings), longest)
