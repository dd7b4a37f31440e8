"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

UPLOAD_BYTES: Final = 512 * 2**20
"""Largest list that is taken by a browser, in bytes. Our choice, as for a leaked file: five million
rows; a longer one is filtered on the machine itself."""

CAMPAIGN_LIFE: Final = timedelta(hours=24)
"""How long a list and its parcel are kept. Our choice: a parcel is as true as its moment, and a
working day is time to fetch it."""

KEYS: Final = 10
"""Keys that a parcel is sealed to at most. Our choice: more readers than an agency has."""
