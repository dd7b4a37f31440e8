"""The privacy notice in the trust centre: as a page, a piece of one, a PDF and JSON."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.world import adopt

pytestmark = pytest.mark.django_db


def test_anyone_reads_the_notice_in_each_form_and_other_sites_may_embed_it() -> None:
    serial = adopt().serial
    client = Client(headers={"accept-language": "fr"})
    page = client.get("/trust/notice/").content.decode()
    assert "Comment Adventure Works utilise vos données" in page
    assert "Vous pouvez aussi saisir" in page
    assert f"/trust/notice/{serial}/notice.pdf" in page
    assert client.get(f"/trust/notice/{serial}/").status_code == 200
    assert client.get("/trust/notice/999/").status_code == 404

    for address, words in (
        ("/trust/notice/short.fragment", "10 finalités"),
        ("/trust/notice/full.fragment", "Base légale"),
        ("/trust/notice/at/order.fragment", "pour livrer vos commandes"),
    ):
        piece = client.get(address)
        assert words in piece.content.decode(), address
        assert "<html" not in piece.content.decode()
        assert piece["Access-Control-Allow-Origin"] == "*"
        assert piece["Cache-Control"] == "public, max-age=300"
    assert client.get("/trust/notice/at/nowhere.fragment").status_code == 404
    assert client.get("/trust/notice/medium.fragment").status_code == 404

    # What embeds it says the language, and one that nobody has reviewed is not shown.
    german = client.get("/trust/notice/at/order.fragment?language=de").content.decode()
    assert 'lang="de"' in german
    assert 'dir="ltr"' in german
    assert client.get("/trust/notice/notice.json?language=ar").json()["language"] == "en"

    printed = client.get(f"/trust/notice/{serial}/notice.pdf?language=de")
    assert printed["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(printed.content))
    words = "".join(page.extract_text() for page in reader.pages)
    assert "Wie Adventure Works Ihre Daten nutzt" in words
    assert reader.trailer["/Root"]["/Lang"] == "de"
