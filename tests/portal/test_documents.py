"""``/you/documents/<field>/``: taking away a document that is held about you."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.basics import clock
from aboveboard.vault.documents.actions import attach
from aboveboard.vault.origin import ValueOrigin
from tests.accounts.people import staff_client
from tests.portal.conftest import Someone
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
ADDRESS = "/you/documents/purchase_proof/"
PDF = b"%PDF-1.7 " + bytes(200_000)


def keep(someone: Someone) -> None:
    origin = ValueOrigin(1, clock.now(), "shop", "answer-contact")
    kinds = {"purchase_proof": "document"}
    attach(
        someone.id,
        "purchase_proof",
        [PDF],
        name="Beleg für “Jon”.pdf",
        kinds=kinds,
        origin=origin,
        by=ADVISER,
        at=clock.now(),
    )


def test_it_is_listed_with_its_title_and_comes_whole_as_a_file_that_cannot_run(
    jon: Someone,
) -> None:
    keep(jon)
    page = jon.browser.get("/you/").content.decode()
    assert "Beleg für “Jon”.pdf (PDF, 200 kB)" in page
    assert ADDRESS in page
    answer = jon.browser.get(ADDRESS)
    # A streaming response's own.
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Beleg%20")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"], answer["Content-Length"]) == (
        "application/pdf",
        "nosniff",
        str(len(PDF)),
    )
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_taking_it_away_is_a_use_like_any_other(jon: Someone) -> None:
    keep(jon)
    jon.browser.get(ADDRESS)
    (use,) = use_records(jon.id, own=True)
    assert (use.granted, use.fields, use.purpose) == (
        True,
        ("purchase_proof",),
        "show-you-your-data",
    )


def test_nobody_gets_another_s(jon: Someone, other: Someone) -> None:
    keep(jon)
    assert other.browser.get(ADDRESS).status_code == 404
    assert Client().get(ADDRESS)["Location"].startswith("/accounts/login/")
    assert staff_client().get(ADDRESS).status_code == 403


@pytest.mark.parametrize("field", ["purchase_proof", "email", "made_up"])
def test_where_there_is_no_document_there_is_no_page(jon: Someone, field: str) -> None:
    assert jon.browser.get(f"/you/documents/{field}/").status_code == 404
    assert jon.browser.post(f"/you/documents/{field}/").status_code == 405
