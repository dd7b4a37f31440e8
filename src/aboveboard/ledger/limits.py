"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

SEQUENCE_BATCH: Final = 8_192
"""Entries put into the ledger's tree under one checkpoint and in one transaction. Our
choice: a tenth of a second in which nobody else writes to SQLite. A multiple of 256, so that
batches end where tiles end."""
