"""The limits of letting third parties in, each with its unit and where it comes from."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

USUAL: Final = timedelta(days=30)
"""For how long somebody is let in where nothing else is chosen, or for as long as the promise
allows, where that is shorter. Ours: a month is enough for advice; the second Payment Services
Directive lets an account be read for 180 days (Delegated Regulation (EU) 2022/2360)."""

REMINDED_BEFORE: Final = timedelta(days=7)
"""How long before the last day the person is reminded. Ours: time to end it, or to go on."""

LEAST_TO_REMIND: Final = timedelta(days=14)
"""Whoever let somebody in for less is not reminded: the first letter says it."""
