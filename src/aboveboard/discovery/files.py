"""Personal data in files: for each, how much of each kind, and never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aboveboard.discovery.documents.document import (
    SENTENCES,
    DocumentText,
    UnreadDocument,
    UnreadDocumentReason,
)
from aboveboard.discovery.documents.reading import read
from aboveboard.discovery.limits import DOCUMENT_BYTES
from aboveboard.kinds.text import find


@dataclass(frozen=True, slots=True)
class FileFinding:
    """What one document holds: how many of each kind; or why it was not read. ``name`` may be
    personal data itself, and is shown to nobody but who runs the search."""

    name: str
    counts: Mapping[str, int]
    unread: str = ""


def search_files(paths: Iterable[Path]) -> Iterator[FileFinding]:
    """Yield a finding for each document in some files and folders, in the order of their names.
    Links are not followed: they lead out of what was asked for."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not file.is_symlink():
                yield from _search_file(file)


def search_document(name: str, data: bytes) -> Iterator[FileFinding]:
    """Yield a finding for a document and each one in it."""
    for document in read(name, data):
        if isinstance(document, UnreadDocument):
            yield FileFinding(name_of(document), {}, document.sentence)
        else:
            counts = Counter(span.kind.value for span in find(document.text))
            unread = "" if document.complete else SENTENCES[UnreadDocumentReason.TOO_LONG]
            yield FileFinding(name_of(document), dict(counts.most_common()), unread)


def name_of(document: DocumentText | UnreadDocument) -> str:
    """Return the name of a document as it can be printed: no line breaks, nothing that moves a
    cursor."""
    return "".join(mark if mark.isprintable() else "?" for mark in document.name)


def _search_file(file: Path) -> Iterator[FileFinding]:
    try:
        if file.stat().st_size > DOCUMENT_BYTES:
            yield FileFinding(str(file), {}, SENTENCES[UnreadDocumentReason.TOO_LONG])
            return
        data = file.read_bytes()
    except OSError:
        yield FileFinding(str(file), {}, "It could not be opened. Check the rights to it.")
        return
    yield from search_document(str(file), data)
