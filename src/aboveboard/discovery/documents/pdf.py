"""PDF: the text of its pages, and what its form fields hold."""

from __future__ import annotations

import io
import logging

from pypdf import PdfReader

from aboveboard.discovery.documents.document import (
    ReadingBudget,
    UnreadableDocument,
    UnreadDocumentReason,
)
from aboveboard.discovery.limits import DOCUMENT_CHARS, DOCUMENT_PAGES

# It warns of each oddity of a file, with scraps of what the file holds: those are no logs of ours.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def text_of_pdf(data: bytes, budget: ReadingBudget) -> tuple[str, bool]:
    """Return the text, and whether all pages were read.

    Raises:
        UnreadableDocument: encrypted, damaged, more than the budget, or pictures alone.
    """
    parts: list[str] = []
    length, complete = 0, True
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(UnreadDocumentReason.ENCRYPTED)
        for number, page in enumerate(reader.pages):
            if number >= DOCUMENT_PAGES or length > DOCUMENT_CHARS:
                complete = False
                break
            text = page.extract_text()
            budget.take_bytes(len(text))
            length += len(text)
            parts.append(text)
        parts += (str(value) for value in (reader.get_form_text_fields() or {}).values() if value)
    except UnreadableDocument:
        raise
    # Bytes that somebody spoiled reach every corner of the library, and it raises what falls there:
    # KeyError, TypeError, RecursionError, errors of its own. All of them say the same to us.
    except Exception:
        raise UnreadableDocument(UnreadDocumentReason.DAMAGED) from None
    text = "\n".join(parts)
    if not text.strip():
        raise UnreadableDocument(UnreadDocumentReason.NO_TEXT)
    return text, complete
