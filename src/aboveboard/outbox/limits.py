"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LEASE: Final = timedelta(seconds=30)
"""How long a worker may be silent before its messages and jobs are taken for abandoned. Our choice:
renewed every third of it."""

ATTEMPTS: Final = 8
"""How often a message or job is tried before it is parked as failed. With the waits below:
over about ten minutes."""

FIRST_WAIT: Final = timedelta(seconds=5)
"""Wait after a first failed attempt; each further one is twice as long."""

LONGEST_WAIT: Final = timedelta(hours=1)
"""Longest wait between two attempts."""
