"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

REVISIONS: Final = 500
"""Texts that one draft keeps. Our choice: a text is saved by hand, and this is a year of that."""

NOTIFIED_AT_ONCE: Final = 500
"""People who are queued, and whose yes is asked again, in one step. Our choice: some seconds of
work, after which progress is shown."""
