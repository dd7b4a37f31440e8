"""Which files are taken as documents, told by their first bytes and never by their name. Pure.

The list is short on purpose: forms that print, without scripts or macros that
run when they are opened.
"""

from __future__ import annotations

import re

KINDS = {
    "application/pdf": ("PDF", b"%PDF-"),
    "image/png": ("PNG", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("JPEG", b"\xff\xd8\xff"),
    "image/tiff": ("TIFF", b"II*\x00"),
}
"""Media type to its name for people and the bytes that it starts with."""

_ALSO = {b"MM\x00*": "image/tiff"}
_LONGEST_NAME = 100


def sniffed(head: bytes) -> str | None:
    """Return the media type of a file that starts with ``head``, or None if files of
    its kind are not taken."""
    for media_type, (_, start) in KINDS.items():
        if head.startswith(start):
            return media_type
    return next((media_type for start, media_type in _ALSO.items() if head.startswith(start)), None)


def safe_name(name: str) -> str:
    """Return a file name without folders or signs that steer a screen or system; the end is
    kept, for its extension."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(mark for mark in last if mark.isprintable() and mark not in '<>:"|?*').strip(
        " ."
    )
    return kept[-_LONGEST_NAME:] or "document"


def titled(name: str, media_type: str, size: int) -> str:
    """Return a document as people name it: ``passport.pdf (PDF, 120 kB)``."""
    kind = KINDS.get(media_type, (media_type, b""))[0]
    return f"{name} ({kind}, {max(1, round(size / 1000)):,} kB)"
