"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SCAN_KEPT: Final = timedelta(days=30)
"""How long the last look at a system is shown. Ours: older than that it says little."""

SCAN_WAIT: Final = timedelta(minutes=15)
"""After how long a look that was asked for is said to be overdue, and may be asked for again. Ours:
a large schema over a slow line takes minutes."""

DOCUMENT_BYTES: Final = 64 * 1024 * 1024
"""Longest file that is read, in bytes. Ours: above what mail servers let through."""

UNPACKED_BYTES: Final = 256 * 1024 * 1024
"""Most bytes that all that is packed in one file may come to. Ours: four times the longest file."""

UNPACKED_RATIO: Final = 200
"""Most bytes out of one byte in an archive, beyond the first megabyte. Deflate cannot pass 1,032
(zlib's technical details); text of forms comes to 20."""

ARCHIVE_ENTRIES: Final = 5_000
"""Most files in one file, of all depths together. Ours."""

ARCHIVE_DEPTH: Final = 4
"""How many archives may stand in one another. Ours: a mail with a zip with a document is two."""

DOCUMENT_CHARS: Final = 4_000_000
"""Most characters of text that are taken out of one document. Ours: a thousand pages twice over."""

DOCUMENT_PAGES: Final = 2_000
"""Most pages of a PDF that are read. Ours."""

SHEET_CELLS: Final = 1_000_000
"""Most cells of a workbook that are read. Ours."""

MAIL_PARTS: Final = 500
"""Most parts of one message. Ours: RFC 2046 names no bound."""

MAILBOX_MESSAGES: Final = 20_000
"""Most messages of one mailbox file that are read in one go. Ours."""
