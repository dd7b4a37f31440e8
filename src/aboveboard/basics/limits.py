"""Limits that everyone shares: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

PAGE_SIZE: Final = 50
"""Rows on a page of a list. Our choice: a screen and a half on a laptop."""

CSV_LINE_BYTES: Final = 1024 * 1024
"""Longest line read from a file that came from outside, in bytes."""

PLAIN_SENTENCE_WORDS: Final = 25
"""Longest sentence shown to a customer, in words (GOV.UK content style; design, section 5)."""
