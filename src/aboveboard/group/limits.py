"""Limits of what is read from other organisations, and how long a link lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LINK_LIFE: Final = timedelta(days=365)
"""How long a link works before the person makes it again. Our choice: as long as a client's
secret."""

LINK_PENDING: Final = timedelta(minutes=30)
"""How long somebody may take to prove themselves at the other organisation and come back."""

CALL_SECONDS: Final = 4.0
"""Longest time of one call to another organisation: the page waits for it. Each is asked at the
same time as the others."""

ANSWER_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of one answer: 25 uses with a proof of some kilobytes each."""

NEWEST: Final = 25
"""Uses that are shown of each organisation: a page. The rest is read at the organisation itself."""

SECRET_WARNING: Final = timedelta(days=30)
"""How long before its end ``aboveboard group check`` warns of a client's secret."""

AT_ONCE: Final = 8
"""Organisations that are asked at the same time for one page."""

NOTED_EVERY: Final = timedelta(minutes=1)
"""How old the moment of the last answer may be before it is written again: pages are not to write
a row each time."""
