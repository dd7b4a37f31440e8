"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

UPLOAD_BYTES: Final = 512 * 1024 * 1024
"""Largest file of leaked rows accepted through the console, in bytes. Larger
ones: the command line."""

LEAK_SAMPLE_LINES: Final = 200
"""Lines of a leaked file from which its form and columns are guessed. Our choice."""

LEAK_ROW_LINES: Final = 50
"""Most lines that one quoted row of a leaked file may run over before the quote counts as a
stray mark. Our choice."""

STAGED_LIFE: Final = timedelta(hours=12)
"""How long an uploaded leak waits, sealed, for its columns to be confirmed. Our
choice: a working day."""
