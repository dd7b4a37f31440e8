"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

from aboveboard.promise.period import Period

RECORDED_AN_HOUR: Final = 60
"""Choices of one person within an hour, beyond which staff and programs record no more of them. Our
choice: as many as a person may make themselves (``accounts.limits.SIGN_IN_RATES``); nobody who
serves a customer meets it."""

NO_REMEMBERED: Final = Period.parse("P6M")
"""How long after a no nobody may ask the person again, in calendar months. Our choice: CNIL,
recommendation on cookies and other trackers (deliberation 2020-092 of 17 September 2020), section
2.2: to keep a refusal for six months is good practice. We hold every purpose to it."""
