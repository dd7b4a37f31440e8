"""Until when something stands, from the rows that say so. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

NO_END: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "until somebody ends it" where a moment is compared."""


def stands_until(open_rows: Iterable[datetime | None]) -> datetime | None:
    """Return until when at least one of the rows stands: each gives its own end, None for
    none; no row, no standing."""
    return max((until or NO_END for until in open_rows), default=None)


def stands(until: datetime | None, at: datetime) -> bool:
    """Whether what was kept as ``stands_until`` stands at a moment; at its very
    end it no longer does."""
    return until is not None and at < until
