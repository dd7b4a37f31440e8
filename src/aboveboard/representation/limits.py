"""The limits of authorities to act, each with its unit and where it comes from."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LONGEST: Final = timedelta(days=3653)
"""The longest time between the first day and the last: ten years. Ours: what is to go on longer is
looked at again, since people recover, fall out and die."""

WAITING_LIFE: Final = timedelta(days=30)
"""How long one that was recorded waits for the second member of staff. Ours: evidence that nobody
checked in a month is asked for again."""
