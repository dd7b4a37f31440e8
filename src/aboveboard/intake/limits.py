"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

HELD_BACK_KEPT: Final = timedelta(days=90)
"""How long a row that may be of another person than the one who was erased is known again, and a
decision about it holds, counted from the last file that had it or from the decision. Our choice: a
file that comes each quarter is asked about once, and what came once is forgotten soon."""

IMPORT_BATCH: Final = 2_000
"""People sealed and stored in one transaction of an import. Our choice: below 20 MB of memory."""

IMPORT_BLOCK_BYTES: Final = 4 * 1024 * 1024
"""Bytes of a customer file after which a batch is full before it has its people. Our choice: bounds
memory where rows are long."""

IMPORT_ALONE_BYTES: Final = 2 * 1024 * 1024
"""Up to this size a file is sealed in the process that reads it, in bytes. Our choice: starting
others takes half a second."""

IMPORT_PROCESSES: Final = 8
"""Most processes that seal for one import. Our choice: beyond it the database is
what everyone waits for."""
