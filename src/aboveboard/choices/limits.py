"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

RECORDED_AN_HOUR: Final = 60
"""Choices of one person within an hour, beyond which staff and programs record no more of them. Our
choice: as many as a person may make themselves (``accounts.limits.SIGN_IN_RATES``); nobody who
serves a customer meets it."""
