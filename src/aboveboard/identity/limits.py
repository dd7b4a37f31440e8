"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MERGE_UNDO_LIFE: Final = timedelta(days=90)
"""How long a merge can be undone; then what was set aside for that is destroyed. Our choice: longer
than a quarterly letter takes to show that two people were taken for one."""
