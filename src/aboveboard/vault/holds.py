"""Until when a hold or restriction is open, from the ends of its rows. Pure.

What is open is written on the person (``Person.held_until``, ``restricted_until``) by
``retention``, in the transaction that places or ends it, so that a use or an erasure asks for
nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aboveboard.keys import rows

OPEN_DATES: Final = "vault.Person"
"""The name under which the dates that stand on a person are authenticated (``keys.rows``)."""
NO_END: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Written for "until somebody ends it", so that a moment can be compared."""


@dataclass(frozen=True, slots=True)
class OpenDates:
    """What stands open on a person. ``proven``: this program wrote it; else everything is read as
    open without end, and gives nobody a right."""

    held_until: datetime | None
    restricted_since: datetime | None
    restricted_until: datetime | None
    proven: bool = True


UNPROVEN_DATES: Final = OpenDates(NO_END, NO_END, NO_END, proven=False)
NOTHING_OPEN: Final = OpenDates(None, None, None)


def dates_mac(person_id: int, dates: OpenDates) -> bytes:
    """Return the MAC of the dates that stand on a person."""
    return rows.mac_of(OPEN_DATES, person_id, _values(dates))


def read_dates(
    person_id: int,
    held_until: datetime | None,
    restricted_since: datetime | None,
    restricted_until: datetime | None,
    mac: bytes | memoryview | None,
) -> OpenDates:
    """Return what stands open on a person, as read from their row; the worse reading where the row
    was changed past the program."""
    dates = OpenDates(held_until, restricted_since, restricted_until)
    # Nearly everybody has never had any: nothing is computed for them. That dates and MAC were
    # cleared together, the comparison with the log tells.
    if mac is None and dates == NOTHING_OPEN:
        return NOTHING_OPEN
    if rows.is_authentic(OPEN_DATES, person_id, _values(dates), mac):
        return dates
    rows.report_not_authentic(OPEN_DATES, person_id)
    return UNPROVEN_DATES


def _values(dates: OpenDates) -> tuple[datetime | None, ...]:
    return dates.held_until, dates.restricted_since, dates.restricted_until


def latest_end(open_rows: Iterable[datetime | None]) -> datetime | None:
    """Return until when at least one of the open rows is open, or None when there is no row.

    Each row gives its own end, None for one that somebody must end.
    """
    return max((until or NO_END for until in open_rows), default=None)


def is_open(until: datetime | None, at: datetime) -> bool:
    """Whether what :func:`latest_end` gave is open at a moment; at its very end it no longer is."""
    return until is not None and at < until
