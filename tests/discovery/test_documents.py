"""Each form of document comes out as its text, or as a row that says why not."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from aboveboard.discovery import limits
from aboveboard.discovery.documents import document as documents
from aboveboard.discovery.documents.document import (
    DocumentText,
    UnreadDocument,
    UnreadDocumentReason,
)
from aboveboard.discovery.documents.reading import read
from tests.discovery.files import SAMPLES, WORDS, docx, mailbox, message, tarred, zipped


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_of_every_form_is_read(name: str) -> None:
    read_out = list(read(name, SAMPLES[name]))
    assert [each.name for each in read_out if isinstance(each, UnreadDocument)] == []
    assert any(WORDS in each.text for each in read_out if isinstance(each, DocumentText))


def test_a_document_is_named_with_what_it_is_packed_in() -> None:
    data = message("see below", zipped({"in/letter.docx": docx()}))
    names = [each.name for each in read("reply.eml", data)]
    assert names == ["reply.eml", "reply.eml!/a.zip!/in/letter.docx"]


def test_every_message_of_a_mailbox_and_its_headers_are_read() -> None:
    texts = [each.text for each in read("box", mailbox()) if isinstance(each, DocumentText)]
    assert len(texts) == 2
    assert all("zoe@example.org" in text and "Größe" in text for text in texts)


def test_a_page_is_read_as_it_shows() -> None:
    page = b"<html><style>p{}</style><p>Zo\xc3\xab</p><a href='mailto:z@example.org'>write</a>"
    (shown,) = read("page", page)
    assert isinstance(shown, DocumentText)
    assert shown.text.split() == ["Zoë", "z@example.org", "write"]


def _nested(depth: int) -> bytes:
    data = b"deep"
    for _ in range(depth):
        data = zipped({"a.zip": data})
    return data


def _encrypted() -> bytes:
    data = bytearray(zipped({"a.txt": b"secret"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def _entities() -> bytes:
    xml = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    return zipped({"word/document.xml": xml})


REFUSED = {
    "a zip that unpacks to far more": (
        "bomb.zip",
        lambda: zipped({"a.txt": bytes(4_000_000)}),
        UnreadDocumentReason.BOMB,
    ),
    "a gzip that unpacks to far more": (
        "bomb.gz",
        lambda: gzip.compress(bytes(4_000_000)),
        UnreadDocumentReason.BOMB,
    ),
    "a Word file with entities of its own": ("a.docx", _entities, UnreadDocumentReason.BOMB),
    "archives in archives": (
        "deep.zip",
        lambda: _nested(limits.ARCHIVE_DEPTH + 1),
        UnreadDocumentReason.TOO_DEEP,
    ),
    "an encrypted zip": ("a.zip", _encrypted, UnreadDocumentReason.ENCRYPTED),
    "a picture": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), UnreadDocumentReason.NO_TEXT),
    "half a PDF": ("a.pdf", lambda: SAMPLES["letter.pdf"][:120], UnreadDocumentReason.DAMAGED),
    "half a zip": ("a.zip", lambda: SAMPLES["all.zip"][:60], UnreadDocumentReason.DAMAGED),
    "half a workbook": ("a.xlsx", lambda: zipped({"xl/x.xml": b"<"}), UnreadDocumentReason.DAMAGED),
    "no text at all": ("a.bin", lambda: bytes(range(256)) * 4, UnreadDocumentReason.UNKNOWN_FORM),
}


@pytest.mark.parametrize("story", REFUSED)
def test_what_cannot_be_read_is_a_row_with_a_reason(story: str) -> None:
    name, make, reason = REFUSED[story]
    unread = [each for each in read(name, make()) if isinstance(each, UnreadDocument)]
    assert [each.reason for each in unread][:1] == [reason]
    assert unread[0].sentence


def test_more_files_than_are_read_end_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents.ReadingBudget, "__init__", _small_budget, raising=True)
    rows = list(read("all.tar", tarred({f"{n}.txt": b"Ask" for n in range(6)})))
    assert [each.name for each in rows if isinstance(each, DocumentText)] == [
        f"all.tar!/{n}.txt" for n in range(3)
    ]
    assert isinstance(rows[-1], UnreadDocument)
    assert rows[-1].reason is UnreadDocumentReason.TOO_MANY_ENTRIES


def _small_budget(self: documents.ReadingBudget) -> None:
    self._bytes, self._entries = 1_000, 3


def test_a_size_that_an_archive_states_is_not_believed() -> None:
    data = bytearray(zipped({"a.txt": bytes(4_000_000)}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = (10).to_bytes(4, "little")
    (row,) = read("a.zip", bytes(data))
    # The standard library stops at the size that is stated, and finds the checksum wrong.
    assert isinstance(row, UnreadDocument)
    assert row.reason in (UnreadDocumentReason.BOMB, UnreadDocumentReason.DAMAGED)
    assert zipfile.ZIP_DEFLATED
