"""The limits of the web server: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

GARBAGE_SEARCH: Final = (20_000, 20, 50)
"""Objects made, and searches of the younger ones, before a process that answers looks for garbage
in circles (``gc.set_threshold``). Our choice: a batch of uses makes some 10,000 objects that are
freed without a search; measured by ``bench/uses.py``."""

SLOW_ANSWER: Final = 1.0
"""Seconds after which an answer to a program is worth a line in the log. Our choice: a batch of
500 people takes less than a tenth of it."""

CACHE_ENTRIES: Final = 100_000
"""Counters of tries kept before old ones are culled: enough that a flood of them cannot
wash a limit away soon."""

BODY_BYTES: Final = 2 * 1024 * 1024
"""Largest body of a request that is not a file, in bytes. Our choice: a batch
of 500 uses is 100 kB."""

FORM_FIELDS: Final = 1_000
"""Most fields of one form. Django's own default."""

FORM_FILES: Final = 5
"""Most files of one form. Our choice: no page asks for more than one."""

HSTS_LIFE: Final = timedelta(days=365)
"""How long a browser remembers to come by TLS only (RFC 6797, 11.2; a year is what
ASVS 5.0, 3.4.1 asks)."""

ASSET_LIFE: Final = timedelta(hours=1)
"""How long a browser keeps a style sheet or script before it asks again. Addresses
change with the content."""

LANGUAGE_LIFE: Final = timedelta(days=365)
"""How long a browser remembers the language that somebody chose. Our choice: a customer who comes
once a year need not choose again."""
