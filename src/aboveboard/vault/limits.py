"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

FIELD_BYTES: Final = 64 * 1024
"""Longest plaintext of one sealed field, in bytes. Our choice; what is longer is a document."""

FIELD_NAME_BYTES: Final = 255
"""Longest field name in a sealed record, in bytes: its length is one byte (vault/FORMAT.md)."""

ORIGIN_WORD_BYTES: Final = 255
"""Longest channel or purpose in a sealed record, in bytes: its length is one
byte (vault/FORMAT.md)."""

RECORD_ORIGINS: Final = 255
"""Most different origins of the values of one record: their count is one byte (vault/FORMAT.md)."""

RECORD_SIZES: Final = (992, 1_488, 1_984)
"""Sizes that a stored record is padded to, in bytes; beyond the last, powers of two. Our choice, by
measurement: all 18,148 records of the sample have the first, and with the last a row still lies
whole in a page of PostgreSQL (its threshold for moving values out is 2,032 bytes)."""

SETTLED_ROWS: Final = 100_000
"""Most rows of a table that is written anew at the end of an import, so that the order of its rows
is not that of the file. Our choice: nobody writes for half a second."""

ATTACHMENT_BYTES: Final = 20 * 1024 * 1024
"""Longest document kept about a person, in bytes. Our choice: a scan of forty pages."""

JURISDICTION_CHARS: Final = 12
"""Longest code of where a person lives, with the state: what the vault's table takes.
ISO 3166-2 needs six."""

RESEAL_BATCH: Final = 200
"""People whose records are encrypted again in one transaction. Our choice: each is locked for some
50 ms."""

GRANT_LIFE: Final = timedelta(minutes=1)
"""How long a grant opens a record after its entry was written. Our choice: one page view."""

ERASED_REMEMBERED: Final = timedelta(days=3 * 365)
"""How long keyed digests of somebody erased are kept, so that no file brings them back. Our choice:
the time in which most claims and fines end in Europe (such as BGB s. 195, OWiG s. 31), and longer
than a nightly file is out of date."""
