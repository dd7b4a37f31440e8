"""Every limit: a name, a unit, a default and a source. Nothing elsewhere hides a number of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

PAGE_SIZE: Final = 50
"""Rows on a page of a list. Our choice: a screen and a half on a laptop."""

FIELD_BYTES: Final = 64 * 1024
"""Longest plaintext of one sealed field, in bytes. Our choice; attachments come later as blobs."""

FIELD_NAME_BYTES: Final = 255
"""Longest field name in a sealed record, in bytes: its length is one byte (vault/FORMAT.md)."""

IMPORT_BATCH: Final = 2_000
"""People sealed and stored in one transaction of an import. Our choice: below 20 MB of memory."""

USE_BATCH: Final = 500
"""People in one batch request or one transaction of a bulk use (design, section 8)."""

UPLOAD_BYTES: Final = 512 * 1024 * 1024
"""Largest file of leaked rows accepted through the console, in bytes. Larger ones: the command line."""

CSV_LINE_BYTES: Final = 1024 * 1024
"""Longest line read from a file that came from outside, in bytes."""

GRANT_LIFE: Final = timedelta(minutes=1)
"""How long a grant opens a record after its entry was written. Our choice: one page view."""

SEQUENCE_EVERY: Final = timedelta(seconds=1)
"""Longest wait between an entry being durable and being in the tree (issue of the ledger room)."""

SIGN_IN_LINK_LIFE: Final = timedelta(hours=12)
"""How long an invitation or demo sign-in link works. Used once. Our choice."""

SERVICE_TOKEN_LIFE: Final = timedelta(days=365)
"""How long a service client's token works before it must be made anew. Our choice."""

SESSION_IDLE_CUSTOMER: Final = timedelta(minutes=30)
"""A customer's session ends after this long without a click (OWASP ASVS 5.0, 7.3.1)."""

SESSION_IDLE_STAFF: Final = timedelta(hours=8)
"""A member of staff's session ends after a working day (OWASP ASVS 5.0, 7.3.2)."""
