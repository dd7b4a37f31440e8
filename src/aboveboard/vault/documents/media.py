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
_ENDS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/tiff": (".tif", ".tiff"),
}
"""How the name of each kind ends; the first where it ends otherwise."""


def sniff_media_type(head: bytes) -> str | None:
    """Return the media type of a file that starts with ``head``, or None if files of
    its kind are not taken."""
    for media_type, (_, start) in KINDS.items():
        if head.startswith(start):
            return media_type
    return next((media_type for start, media_type in _ALSO.items() if head.startswith(start)), None)


def safe_name(name: str, media_type: str) -> str:
    """Return a file name without folders or signs that steer a screen or system, which ends as
    the kind of the file does.

    A file that opens by its name would else run what its first bytes are not: a PDF may be a web
    page with a script as well.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(mark for mark in last if mark.isprintable() and mark not in '<>:"|?*').strip(
        " ."
    )
    ends = _ENDS.get(media_type, (".bin",))
    if kept.lower().endswith(ends) and len(kept) > len(ends[0]):
        return kept[-_LONGEST_NAME:]
    # Its own end stays in front: it may be a part of the name ("contract.v2").
    stem = kept[: _LONGEST_NAME - len(ends[0])].rstrip(" .")
    return f"{stem or 'document'}{ends[0]}"


def document_title(name: str, media_type: str, size: int) -> str:
    """Return a document as people name it: ``passport.pdf (PDF, 120 kB)``."""
    kind = KINDS.get(media_type, (media_type, b""))[0]
    return f"{name} ({kind}, {max(1, round(size / 1000)):,} kB)"
