"""By when a request is to be answered: what the law of a place says, applied to its events.

Here the receipt, the pauses and the extension of a request are handed to the clock; how long each
may be is the law's (``aboveboard.law``).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aboveboard.rights.requests.terms import RequestEvent, RequestEventKind

ANSWER_MONTHS: Final = 1
"""Months to answer (GDPR Art. 12(3))."""
EXTENSION_MONTHS: Final = 2
"""Further months, with a reason told within the first (the same)."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """When the answer is due. ``extended`` and ``paused`` say why it is later than it was; while
    paused, ``at`` is as if the pause ended now."""

    at: datetime
    extended: bool = False
    paused: bool = False
    source: str = "GDPR Art. 12(3)"


def due_date(
    received_at: datetime, jurisdiction: str, events: Iterable[RequestEvent], *, at: datetime
) -> DueDate:
    """Return by when a request is to be answered. ``events``: all of it, in order; ``at``: now."""
    months, paused_since, stood = ANSWER_MONTHS, None, timedelta()
    for event in events:
        if event.kind is RequestEventKind.EXTENDED:
            months = ANSWER_MONTHS + EXTENSION_MONTHS
        elif event.kind is RequestEventKind.PAUSED:
            paused_since = event.at
        elif event.kind is RequestEventKind.RESUMED and paused_since is not None:
            stood, paused_since = stood + (event.at - paused_since), None
    if paused_since is not None:
        stood += at - paused_since
    return DueDate(
        _months_later(received_at, months) + stood,
        extended=months > ANSWER_MONTHS,
        paused=paused_since is not None,
    )


def _months_later(moment: datetime, months: int) -> datetime:
    # Regulation 1182/71, Art. 3(2)(c): the same day of the month, or its last where there is none.
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(
        year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1])
    )
