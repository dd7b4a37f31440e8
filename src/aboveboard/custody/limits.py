"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

SELECT_PAGE: Final = 5_000
"""People whose ids are read at a time while a selection is handed over. Our
choice: ten batches of uses."""

EXPORT_LISTED: Final = 1_000_000
"""People of a list that an export remembers, so that a list with somebody twice has them in once.
Our choice: 100 MB. Selections, which name nobody twice, may be longer."""
