"""Documents of the person who was looked up: added and fetched under the purpose of that
look, each written down."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.basics.actor import Role
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries as vault
from tests.accounts.people import staff_client
from tests.console.test_people import PAGE, asked
from tests.world import load

pytestmark = pytest.mark.django_db
FETCH, ADD = (
    "/console/people/documents/purchase_proof/",
    "/console/people/documents/purchase_proof/add/",
)
PDF = b"%PDF-1.7 " + bytes(range(256)) * 300


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(5)[0]


@pytest.fixture
def adviser() -> Client:
    return staff_client(Role.ADVISER)


def noted(adviser: Client, row: dict[str, str], page: str = PAGE) -> str:
    return str(
        adviser.post(
            page, asked(row["email"], channel="shop", fields_wanted=["first_name"])
        ).context["note"]
    )


def keep(adviser: Client, note: str, content: bytes = PDF) -> int:
    file = SimpleUploadedFile("receipt.pdf", content)
    return adviser.post(ADD, {"note": note, "sent": "yes", "file": file}).status_code


def test_an_adviser_adds_a_document_and_fetches_it(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    person, row = someone
    note = noted(adviser, row)
    assert adviser.post(ADD, {"note": note}).status_code == 200
    assert keep(adviser, note) == 200
    origin = vault.provenance(person)["purchase_proof"]
    assert (origin.channel, origin.purpose) == ("shop", "answer-contact")
    answer = adviser.post(FETCH, {"note": note})
    # A streaming response's own.
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert use_records(person)[0].fields == ("purchase_proof",)
    assert Entry.objects.filter(kind="document.added").count() == 1


def test_the_page_of_a_look_offers_to_add_and_then_to_download_and_replace(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    before = adviser.post(PAGE, asked(someone[1]["email"])).content.decode()
    assert ADD in before
    assert f'action="{FETCH}"' not in before
    keep(adviser, noted(adviser, someone[1]))
    after = adviser.post(
        PAGE, asked(someone[1]["email"], fields_wanted=["purchase_proof"])
    ).content.decode()
    assert "receipt.pdf (PDF, 77 kB)" in after
    assert f'action="{FETCH}"' in after


@pytest.mark.parametrize(
    ("story", "content", "says"),
    [
        ("empty", b"", "This file is empty"),
        ("a script", b"<script>", "not of a kind we accept"),
    ],
)
def test_what_is_not_taken_is_asked_again(
    story: str, content: bytes, says: str, adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    note = noted(adviser, someone[1])
    answer = adviser.post(
        ADD, {"note": note, "sent": "yes", "file": SimpleUploadedFile("x.pdf", content)}
    )
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "purchase_proof" not in vault.held_fields(someone[0])


def test_without_a_look_or_with_somebody_else_s_nothing_is_fetched_or_added(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    note = noted(adviser, someone[1])
    keep(adviser, note)
    another = staff_client(Role.PRIVACY_LEAD)
    for address in (FETCH, ADD):
        assert adviser.post(address, {"note": "made up"}).status_code == 409
        assert another.post(address, {"note": note}).status_code == 409
        assert adviser.get(address).status_code == 405


def test_under_a_purpose_that_needs_no_document_there_is_none(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    keep(adviser, noted(adviser, someone[1]))
    note = noted(adviser, someone[1], "/console/people/deliver-orders/")
    for address in (FETCH, ADD):
        assert adviser.post(address, {"note": note}).status_code == 404
