"""The moments that start clocks and that somebody must write down: when an incident was classified,
when its scope was known, when a ransom was paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aboveboard.law.rules import catalogue
from aboveboard.law.terms import BreachTimes


def asked() -> Mapping[str, str]:
    """Return the moments that an incident lead can record: key to the question."""
    return {key: row["ask"] for key, row in catalogue.moments().items() if "ask" in row}


def words_of(key: str) -> str:
    """Return a moment as it reads after "when": "you classify the incident as major".

    Raises:
        KeyError: there is no such moment.
    """
    return catalogue.moments()[key]["words"]


def breach_times(
    recorded: Mapping[str, datetime],
    *,
    aware: datetime,
    discovered: datetime | None,
    determined: datetime | None,
    notified: Mapping[str, datetime],
) -> BreachTimes:
    """Return the moments of a loss, those that were recorded each in its place."""
    return BreachTimes(
        aware=aware,
        discovered=discovered,
        determined=determined,
        scope_known=recorded.get("scope_known"),
        statement_prepared=recorded.get("statement_prepared"),
        notified=notified,
        other=recorded,
    )
