"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MERGE_UNDO_LIFE: Final = timedelta(days=90)
"""How long a merge can be undone; then what was set aside for that is destroyed. Our choice: longer
than a quarterly letter takes to show that two people were taken for one."""

HANDFUL: Final = 5
"""Most people who share a value and are still compared with each other. Our choice: a household, a
small firm. What more share says nothing of any two of them; compared, they would be K × K pairs."""

SCAN_BATCH: Final = 1_000
"""How many records are opened and compared at a time. Our choice: a few megabytes."""
