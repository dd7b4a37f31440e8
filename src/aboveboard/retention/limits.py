"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SWEEP_ERASE_BATCH: Final = 50
"""People whose fields are erased in one transaction. Our choice: a fraction of a second in which
nobody else writes to SQLite."""

SWEEP_REVIEW_LIFE: Final = timedelta(days=30)
"""How long a review may be acted on. Our choice: the month in which a request for erasure must be
met (GDPR Art. 12(3))."""
