"""Documents about a person: kept sealed, opened with a grant, gone with the person; nothing of
them stands in the clear."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.identity import actions as merging
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault
from aboveboard.vault import queries
from aboveboard.vault.documents.actions import DocumentNotTaken, attach
from aboveboard.vault.documents.models import AttachmentChunk
from aboveboard.vault.documents.queries import Document
from aboveboard.vault.documents.stream import AttachmentDamaged
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.limits import ATTACHMENT_BYTES
from aboveboard.vault.origin import ValueOrigin
from tests import world
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
FIELD, PURPOSE = "purchase_proof", "answer-contact"
KINDS = {FIELD: "document", "email": "email", "city": "text"}
PDF = b"%PDF-1.7 " + bytes(range(256)) * 700  # three chunks


def keep(person_id: int, content: bytes = PDF, name: str = "receipt.pdf") -> ValueOrigin:
    origin = ValueOrigin(1, clock.now(), "shop", PURPOSE)
    pieces = (content[at : at + 1000] for at in range(0, len(content), 1000))
    attach(
        person_id, FIELD, pieces, name=name, kinds=KINDS, origin=origin, by=ADVISER, at=clock.now()
    )
    return origin


def open_document(person_id: int, purpose: str = PURPOSE) -> tuple[UseResult, Document | None]:
    return access.use_document(
        UseRequest(ADVISER, purpose, (FIELD,), "shop", Subject(person_id)), at=clock.now()
    )


def content_of(person_id: int) -> bytes:
    _, opened = open_document(person_id)
    assert opened
    return b"".join(opened.content)


def test_a_document_is_kept_in_chunks_and_opened_whole_with_its_name_and_kind() -> None:
    ((one, _),) = world.load(1)
    origin = keep(one)
    outcome, opened = open_document(one)
    assert outcome.allowed
    assert opened
    assert (opened.name.reveal(), opened.media_type, opened.size) == (
        "receipt.pdf",
        "application/pdf",
        len(PDF),
    )
    assert b"".join(opened.content) == PDF
    assert AttachmentChunk.objects.filter(person_id=one).count() == 3
    assert queries.provenance(one)[FIELD] == origin
    assert Entry.objects.get(id=outcome.entry_id).kind == "use.granted"


def test_where_values_are_shown_a_document_is_its_title_and_never_its_key() -> None:
    ((one, _),) = world.load(1)
    keep(one)
    outcome = access.use(
        UseRequest(ADVISER, PURPOSE, (FIELD,), "shop", Subject(one)), at=clock.now()
    )
    assert outcome.allowed
    value = outcome.values[FIELD]
    assert value
    assert value.reveal() == f"receipt.pdf (PDF, {round(len(PDF) / 1000)} kB)"


def test_neither_its_name_nor_its_content_stands_in_the_clear_or_in_the_ledger() -> None:
    ((one, _),) = world.load(1)
    keep(one, name="Jon Yang passport.pdf")
    stored = b"".join(bytes(chunk.sealed) for chunk in AttachmentChunk.objects.all())
    assert PDF[:64] not in stored
    entry = Entry.objects.get(kind="document.added")
    assert json.loads(bytes(entry.body))["facts"] == {
        "field": FIELD,
        "promise": 1,
        "channel": "shop",
        "purpose": PURPOSE,
    }
    assert b"passport" not in bytes(entry.body)


def test_a_purpose_that_does_not_need_it_opens_nothing() -> None:
    ((one, _),) = world.load(1)
    keep(one)
    outcome, opened = open_document(one, "deliver-orders")
    assert not outcome.allowed
    assert opened is None
    assert [reason.code for reason in outcome.reasons] == ["field_not_in_purpose"]


def test_where_none_is_held_none_is_opened() -> None:
    ((one, _),) = world.load(1)
    result, opened = open_document(one)
    assert result.allowed
    assert opened is None


def test_a_new_one_replaces_the_old_one_and_leaves_no_chunk_of_it() -> None:
    ((one, _),) = world.load(1)
    keep(one)
    keep(one, b"\x89PNG\r\n\x1a\n and more", "photo.png")
    assert content_of(one) == b"\x89PNG\r\n\x1a\n and more"
    assert AttachmentChunk.objects.count() == 1


def _endless() -> Iterator[bytes]:
    yield b"%PDF-1.7"
    while True:
        yield bytes(1_000_000)


def _broken() -> Iterator[bytes]:
    yield PDF
    raise ConnectionError("the browser went away")


@pytest.mark.parametrize(
    ("story", "pieces", "error"),
    [
        ("empty", [], DocumentNotTaken),
        ("a script called a PDF", [b"<script>alert(1)</script>"], DocumentNotTaken),
        ("an archive", [b"PK\x03\x04" + bytes(100)], DocumentNotTaken),
        ("longer than is taken", _endless(), DocumentNotTaken),
        ("a connection lost on the way", _broken(), ConnectionError),
    ],
)
def test_what_is_not_taken_leaves_nothing_and_what_was_there_stays(
    story: str, pieces: Iterator[bytes], error: type[Exception]
) -> None:
    ((one, _),) = world.load(1)
    keep(one)
    with pytest.raises(error):
        attach(
            one,
            FIELD,
            pieces,
            name="x.pdf",
            kinds=KINDS,
            origin=ValueOrigin(1, clock.now(), "shop", PURPOSE),
            by=ADVISER,
            at=clock.now(),
        )
    assert content_of(one) == PDF
    assert Entry.objects.filter(kind="document.added").count() == 1


def test_the_longest_that_is_taken_is_taken() -> None:
    ((one, _),) = world.load(1)
    keep(one, b"%PDF-" + bytes(ATTACHMENT_BYTES - 5))
    assert len(content_of(one)) == ATTACHMENT_BYTES


def test_a_field_that_holds_no_documents_is_refused_and_a_document_is_never_typed() -> None:
    ((one, _),) = world.load(1)
    origin = ValueOrigin(1, clock.now(), "shop", PURPOSE)
    with pytest.raises(DocumentNotTaken, match="city holds no documents"):
        attach(
            one, "city", [PDF], name="x.pdf", kinds=KINDS, origin=origin, by=ADVISER, at=clock.now()
        )
    for field, value in (
        (FIELD, "receipt.pdf"),
        ("city", '\x00aboveboard/attachment/v1\x00{"id":""}'),
    ):
        with pytest.raises(vault.BadValue):
            vault.correct(one, field, value, kinds=KINDS, origin=origin, by=ADVISER, at=clock.now())


def test_chunks_swapped_between_two_people_do_not_open() -> None:
    (one, _), (other, _) = world.load(2)
    keep(one)
    keep(other, PDF[:-1] + b"!")
    first, second = (
        list(AttachmentChunk.objects.filter(person_id=person).order_by("number"))
        for person in (one, other)
    )
    for mine, theirs in zip(first, second, strict=True):
        mine.sealed, theirs.sealed = theirs.sealed, mine.sealed
        mine.save()
        theirs.save()
    for person in (one, other):
        with pytest.raises(AttachmentDamaged):
            content_of(person)


def test_an_erasure_takes_the_documents_and_a_field_erased_takes_its_own() -> None:
    (one, _), (other, _) = world.load(2)
    keep(one)
    keep(other)
    vault.erase(one, reason="asked", by=ADVISER, at=clock.now())
    assert set(AttachmentChunk.objects.values_list("person_id", flat=True)) == {other}
    erase_fields(other, [FIELD], kinds=KINDS, reason="retention", by=ADVISER, at=clock.now())
    assert not AttachmentChunk.objects.exists()
    assert FIELD not in queries.held_fields(other)


def test_a_person_with_a_fresh_key_keeps_their_documents() -> None:
    ((one, _),) = world.load(1)
    keep(one)
    erase_fields(one, ["city"], kinds=KINDS, reason="retention", by=ADVISER, at=clock.now())
    assert content_of(one) == PDF


@pytest.mark.parametrize("which", ["first", "second", "both"])
def test_a_merge_keeps_the_document_and_a_split_gives_each_their_own_back(which: str) -> None:
    (one, _), (other, _) = world.load(2)
    held = (
        {one: PDF}
        if which == "first"
        else {other: PDF + b"!"}
        if which == "second"
        else {one: PDF, other: PDF + b"!"}
    )
    for person, content in held.items():
        keep(person, content)
    row = merging.merge(one, other, chosen={}, reference="call:1", by=ADVISER, at=clock.now())
    assert content_of(one) == held.get(other, PDF), "the only one, or the newer"
    merging.split(row.id, kinds=KINDS, reference="call:2", by=ADVISER, at=clock.now())
    for person, content in held.items():
        assert content_of(person) == content
    vault.erase(one, reason="asked", by=ADVISER, at=clock.now())
    assert set(AttachmentChunk.objects.values_list("person_id", flat=True)) == set(held) - {one}
    if other in held:
        assert content_of(other) == held[other]


def test_the_erasure_of_a_merged_person_takes_the_documents_of_both_numbers() -> None:
    (one, _), (other, _) = world.load(2)
    keep(one)
    keep(other)
    merging.merge(one, other, chosen={}, reference="call:1", by=ADVISER, at=clock.now())
    vault.erase(one, reason="asked", by=ADVISER, at=clock.now())
    assert not AttachmentChunk.objects.exists()
