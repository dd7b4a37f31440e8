"""A document goes to a browser as a file to keep: never shown, never cached, never named by its
sender."""

from __future__ import annotations

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.vault.documents.queries import Document
from aboveboard.vault.documents.serving import as_download


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("receipt.pdf", 'attachment; filename="receipt.pdf"'),
        ('a"; filename="b.html', 'attachment; filename="a; filename=b.html.pdf"'),
        ("reçu.pdf", "attachment; filename*=utf-8''re%C3%A7u.pdf"),
    ],
)
def test_it_is_a_file_to_keep(name: str, disposition: str) -> None:
    document = Document(Personal(name), "application/pdf", 7, iter([b"%PDF", b"-1\n"]))
    response = as_download(document)
    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Content-Length": "7",
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    assert response.getvalue() == b"%PDF-1\n"
