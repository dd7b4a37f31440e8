"""A document is used as any other value: one field, decided and written down, opened only then."""

from __future__ import annotations

import pytest

from aboveboard.access.actions import use_document
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.vault.documents.actions import attach
from aboveboard.vault.origin import ValueOrigin
from tests.world import ADVISER, OFFERS, entries, load

pytestmark = pytest.mark.django_db
FIELD, PURPOSE = "purchase_proof", "answer-contact"
CONTENT = b"%PDF-1.7 " + bytes(9_000)


@pytest.fixture
def person() -> int:
    ((person, _),) = load(1)
    attach(
        person,
        FIELD,
        iter([CONTENT]),
        name="receipt.pdf",
        kinds={FIELD: "document"},
        origin=ValueOrigin(1, clock.now(), "shop", PURPOSE),
        by=ADVISER,
        at=clock.now(),
    )
    return person


def test_a_document_is_opened_under_the_entry_that_says_so(person: int) -> None:
    request = UseRequest(ADVISER, PURPOSE, (FIELD,), "shop", Subject(person))
    result, opened = use_document(request, at=clock.now())
    assert opened is not None
    assert b"".join(opened.content) == CONTENT
    (entry, *_) = entries(person, "use.granted")
    assert (result.entry_id, result.allowed) == (entry.id, True)


def test_a_refused_use_opens_none_and_is_written_down(person: int) -> None:
    request = UseRequest(OFFERS, PURPOSE, (FIELD,), "shop", Subject(person))
    result, opened = use_document(request, at=clock.now())
    assert opened is None
    assert not result.allowed
    assert result.reasons
    (entry, *_) = entries(person, "use.refused")
    assert result.entry_id == entry.id


def test_one_field_of_one_person_is_asked_for(person: int) -> None:
    for fields, subject, why in (
        ((FIELD, "email"), Subject(person), "too many values"),
        ((), Subject(person), "not enough values"),
        ((FIELD,), Subject(None), "by the person's number"),
    ):
        with pytest.raises(ValueError, match=why):
            use_document(UseRequest(ADVISER, PURPOSE, fields, "shop", subject), at=clock.now())
    assert entries(person, "use.granted", "use.refused") == []
