"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import date
from typing import Final

CARD_DIGITS: Final = (12, 19)
"""Fewest and most digits of a card number (ISO/IEC 7812-1 allows up to 19; the
shortest in use have 12)."""

RECOGNISED_CARD_DIGITS: Final = (13, 19)
"""Fewest and most digits of what is taken for a card number where nobody said that it is one. Our
choice: with 12 digits one phone number in ten would pass the check digit."""

NATIONAL_ID_CHARS: Final = 64
"""Longest text that is read as a national number, in characters. Our choice: twice the longest
number of any country as it is printed, with what stands between its groups."""

OLDEST_DAY: Final = date(1880, 1, 1)
"""Earliest day that is taken for one of somebody's life. Our choice: nobody
alive was born before."""

ADDRESS_LINES: Final = 10
"""Most lines of a postal address. Our choice: above the eight that UPU S42 ever needs."""

ADDRESS_LINE_CHARS: Final = 200
"""Longest line of a postal address, in characters. Our choice."""

TEXT_CHARS = 20_000
"""Characters of running text that are read in one go; longer ones in pieces, so that memory does
not grow with a file. Ours: six pages."""
