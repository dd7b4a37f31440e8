"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

ENGINE_MEMORY_BYTES: Final = 4 * 1024**3
"""Most memory one set computation takes before it spills to disk, in bytes (design,
section 8: at most 8 GB)."""

ENGINE_BATCH: Final = 20_000
"""Rows read from the database at a time while a snapshot is taken. Our choice: a few MB."""

CROWD_OWNERS: Final = 256
"""Most people with one phone, address or number of whom each is looked at on each line that has it.
More are a placeholder, or a switchboard, and are matched as one: with K of them on K lines, pair by
pair would be K times K. Our choice: above every family and most offices."""

LEAK_TEXT_BYTES: Final = 256 * 1024**2
"""Text of a leak's digests that becomes Parquet before more is written, in bytes. Our choice: as
text the digests of 145 million lines would take 18 GB."""
