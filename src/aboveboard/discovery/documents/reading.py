"""A file of any form to its texts. What it is, its first bytes say; its name only where they do
not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aboveboard.discovery.documents import archives, mail, plain
from aboveboard.discovery.documents.document import (
    DocumentText,
    ReadingBudget,
    UnreadableDocument,
    UnreadDocument,
    UnreadDocumentReason,
    shortened,
)
from aboveboard.discovery.limits import DOCUMENT_BYTES

_COMPRESSED: Final = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"))
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAR_MAGIC: Final = slice(257, 262)
_NO_TEXT: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x7fELF", b"MZ", b"ID3", b"OggS", b"PAR1",
    b"II*\x00", b"MM\x00*", b"SQLite format 3\x00",
)  # fmt: skip
"""How pictures, sound, programs and databases begin."""


def read(name: str, data: bytes) -> Iterator[DocumentText | UnreadDocument]:
    """Yield the text of a file, and of every file in it, each with its name; or why it was not
    read. Never raises for what a file holds."""
    if len(data) > DOCUMENT_BYTES:
        yield UnreadDocument(name, UnreadDocumentReason.TOO_LONG)
        return
    yield from _read(name, data, ReadingBudget(), 0)


def _read(
    name: str, data: bytes, budget: ReadingBudget, depth: int
) -> Iterator[DocumentText | UnreadDocument]:
    try:
        if depth:
            budget.take_entry(depth)
        yield from _by_form(name, data, budget, depth)
    except UnreadableDocument as refused:
        yield UnreadDocument(name, refused.reason)
        if depth and refused.reason in (
            UnreadDocumentReason.BOMB,
            UnreadDocumentReason.TOO_MANY_ENTRIES,
        ):
            raise  # the file around it is refused too: the budget is one


def _by_form(
    name: str, data: bytes, budget: ReadingBudget, depth: int
) -> Iterator[DocumentText | UnreadDocument]:
    lower = name.lower()
    if data.startswith(b"PK\x03\x04"):
        yield from _zipped(name, data, budget, depth)
    elif data[:1024].lstrip().startswith(b"%PDF-"):
        from aboveboard.discovery.documents.pdf import text_of_pdf

        text, complete = text_of_pdf(data, budget)
        document = shortened(name, text)
        yield DocumentText(name, document.text, complete and document.complete)
    elif form := next((form for magic, form in _COMPRESSED if data.startswith(magic)), ""):
        inner = name.rpartition(".")[0] if lower.endswith((f".{form}", ".tgz")) else name
        yield from _read(
            f"{name}!/{inner.rpartition('/')[2] or 'file'}",
            archives.decompressed(data, form, budget),
            budget,
            depth + 1,
        )
    elif data[_TAR_MAGIC] == b"ustar":
        for member, content in archives.tar_members(data, budget):
            yield from _read(f"{name}!/{member}", content, budget, depth + 1)
    elif data.startswith(_OLE):
        yield from _workbook_of_old(name, data, budget)
    elif data.startswith(_NO_TEXT):
        raise UnreadableDocument(UnreadDocumentReason.NO_TEXT)
    elif mail.is_mailbox(data):
        for number, message in enumerate(mail.messages(data), 1):
            yield from _message(f"{name}!/{number}", message, budget, depth + 1)
    elif mail.is_message(data) or lower.endswith(".eml"):
        yield from _message(name, data, budget, depth)
    else:
        yield _plain(name, data)


def _zipped(
    name: str, data: bytes, budget: ReadingBudget, depth: int
) -> Iterator[DocumentText | UnreadDocument]:
    from aboveboard.discovery.documents import office

    if name.lower().endswith(office.SHEETS):
        yield shortened(name, office.text_of_workbook(data, budget))
        return
    if office.is_package(data):
        yield shortened(name, office.text_of_package(data, budget))
        return
    for member, content in archives.zip_members(data, budget):
        inner = f"{name}!/{member}"
        if isinstance(content, UnreadDocumentReason):
            yield UnreadDocument(inner, content)
        else:
            yield from _read(inner, content, budget, depth + 1)


def _workbook_of_old(name: str, data: bytes, budget: ReadingBudget) -> Iterator[DocumentText]:
    from aboveboard.discovery.documents import office

    if not name.lower().endswith(office.SHEETS):
        raise UnreadableDocument(UnreadDocumentReason.UNKNOWN_FORM)
    yield shortened(name, office.text_of_workbook(data, budget))


def _message(
    name: str, data: bytes, budget: ReadingBudget, depth: int
) -> Iterator[DocumentText | UnreadDocument]:
    for attachment, content in mail.contents(data):
        if isinstance(content, str):
            yield shortened(name, content)
        else:
            budget.take_bytes(len(content))
            yield from _read(f"{name}!/{attachment}", content, budget, depth + 1)


def _plain(name: str, data: bytes) -> DocumentText:
    text = plain.decoded(data)
    head = text[:2_000].lower()
    if "<html" in head or "<!doctype html" in head or name.lower().endswith((".html", ".htm")):
        text = plain.text_of_html(text)
    return shortened(name, text)
