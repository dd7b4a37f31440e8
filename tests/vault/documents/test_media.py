"""Which files are taken, told by what they are; and names that can hurt nobody's screen or disk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.vault.documents import media
from aboveboard.vault.documents.descriptor import MARK, DocumentDescriptor, read


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"<svg xmlns=", None),
        (b"MZ\x90", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_are(head: bytes, found: str | None) -> None:
    assert media.sniff_media_type(head) == found


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("receipt.pdf", "receipt.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\jon\\scan.pdf", "scan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("évidence\u202efdp.exe", "évidencefdp.exe.pdf"),
        ("  .. ", "document.pdf"),
        ("script.html", "script.html.pdf"),
        ("Scan.PDF", "Scan.PDF"),
        (".pdf", "pdf.pdf"),
        ("x" * 300 + ".html", "x" * 96 + ".pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert media.safe_name(name, "application/pdf") == safe


ENDS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/tiff": (".tif", ".tiff"),
}


@given(st.text(max_size=200), st.sampled_from(sorted(media.KINDS)))
def test_any_name_is_made_safe_ends_by_what_the_file_is_and_stays(name: str, kind: str) -> None:
    safe = media.safe_name(name, kind)
    assert safe.lower().endswith(ENDS[kind])
    assert len(safe) <= 100
    assert safe
    assert safe.isprintable()
    assert media.safe_name(safe, kind) == safe


@given(
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
    st.text(max_size=100),
    st.integers(0, 2**40),
)
def test_a_descriptor_is_read_as_it_was_written(
    number: bytes, key: bytes, name: str, size: int
) -> None:
    whole = DocumentDescriptor(number, key, name, "application/pdf", size)
    assert read(whole.sealed_text()) == whole
    assert key.hex() not in repr(whole)


@given(st.text(max_size=80))
def test_any_text_after_the_mark_is_a_descriptor_or_refused(text: str) -> None:
    assert read("x" + text) is None
    try:
        read(MARK + text)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "1 kB"), (999, "1 kB"), (1_499, "1 kB"), (1_501, "2 kB"), (12_345_678, "12,346 kB")],
)
def test_a_document_is_named_with_its_kind_and_size(size: int, said: str) -> None:
    assert media.document_title("a.pdf", "application/pdf", size) == f"a.pdf (PDF, {said})"
    assert media.document_title("a", "text/x", size) == f"a (text/x, {said})"
