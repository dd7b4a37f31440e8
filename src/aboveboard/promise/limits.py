"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

PROMISE_BYTES: Final = 256 * 1024
"""Largest promise file that is read, in bytes. Our choice: the sample has a tenth of it."""

PROMISE_DEPTH: Final = 12
"""Deepest nesting of a promise file that is read, in levels. The format needs six."""
