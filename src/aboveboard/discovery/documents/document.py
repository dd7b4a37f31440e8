"""What comes out of a file: its text, or the reason why not; and the bounds that it is read in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aboveboard.discovery.limits import (
    ARCHIVE_DEPTH,
    ARCHIVE_ENTRIES,
    DOCUMENT_CHARS,
    UNPACKED_BYTES,
)


class UnreadDocumentReason(StrEnum):
    """Why a document was not read, or not to its end."""

    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    TOO_MANY_ENTRIES = "too_many_entries"
    BOMB = "bomb"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no_text"
    UNKNOWN_FORM = "unknown_form"


_SENTENCES = {
    "too_long": "It is longer than what is read. Look at it by hand.",
    "too_deep": "Too many archives stand in one another. Unpack it and run again.",
    "too_many_entries": "It holds more files than are read. Unpack it and run again.",
    "bomb": "It unpacks to far more than it is, as files do that are made to do harm.",
    "encrypted": "It is encrypted. Ask its owner what it holds.",
    "damaged": "It is not whole, or not of the form that its name says.",
    "no_text": "It holds no text: pictures perhaps. Look at it by hand.",
    "unknown_form": "Its form is not one that is read. Look at it by hand.",
}
SENTENCES = {UnreadDocumentReason(key): sentence for key, sentence in _SENTENCES.items()}
"""What a person reads, with what to do."""


class UnreadableDocument(ValueError):
    """A document cannot be read: ``reason`` says why, without a word of what is in it."""

    def __init__(self, reason: UnreadDocumentReason) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of a document.

    ``name``: as it is called, with the archives around it: ``letters.zip!/2024/reply.docx``. It may
    be personal data itself. ``complete``: whether all of it was read.
    """

    name: str
    text: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class UnreadDocument:
    """A document that was not read, and why."""

    name: str
    reason: UnreadDocumentReason

    @property
    def sentence(self) -> str:
        """What a person reads, with what to do."""
        return SENTENCES[self.reason]


class ReadingBudget:
    """What one file may still use: shared by all that is packed in it."""

    def __init__(
        self, *, unpacked_bytes: int = UNPACKED_BYTES, entries: int = ARCHIVE_ENTRIES
    ) -> None:
        self._bytes = unpacked_bytes
        self._entries = entries

    def take_bytes(self, count: int) -> None:
        """Use some bytes.

        Raises:
            UnreadableDocument: no more are left.
        """
        self._bytes -= count
        if self._bytes < 0:
            raise UnreadableDocument(UnreadDocumentReason.BOMB)

    def take_entry(self, depth: int) -> None:
        """Use one file inside another.

        Raises:
            UnreadableDocument: no more are left, or it stands too deep.
        """
        if depth > ARCHIVE_DEPTH:
            raise UnreadableDocument(UnreadDocumentReason.TOO_DEEP)
        self._entries -= 1
        if self._entries < 0:
            raise UnreadableDocument(UnreadDocumentReason.TOO_MANY_ENTRIES)


def shortened(name: str, text: str) -> DocumentText:
    """Return a text, cut where it is longer than what is read of one document."""
    if len(text) <= DOCUMENT_CHARS:
        return DocumentText(name, text)
    return DocumentText(name, text[:DOCUMENT_CHARS], complete=False)
