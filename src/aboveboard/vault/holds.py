"""Until when a hold or restriction is open, from the ends of its rows. Pure.

What is open is written on the person (``Person.held_until``, ``restricted_until``) by
``retention``, in the transaction that places or ends it, so that a use or an erasure asks for
nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

NO_END: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Written for "until somebody ends it", so that a moment can be compared."""


def latest_end(open_rows: Iterable[datetime | None]) -> datetime | None:
    """Return until when at least one of the open rows is open, or None when there is no row.

    Each row gives its own end, None for one that somebody must end.
    """
    return max((until or NO_END for until in open_rows), default=None)


def is_open(until: datetime | None, at: datetime) -> bool:
    """Whether what :func:`latest_end` gave is open at a moment; at its very end it no longer is."""
    return until is not None and at < until
