"""Looking at what a dead process left: each person is there entirely or not at all, and every entry
leads to the signed root."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Count

from aboveboard.basics import clock, settings
from aboveboard.keys.models import PersonKey
from aboveboard.keys.queries import person_keys
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.models import Entry
from aboveboard.ledger.verify.sources import LogDirectory
from aboveboard.vault import blind, record_format, sealed
from aboveboard.vault.models import BlindIndex, Person, SealedRecord


def people() -> frozenset[int]:
    """Return everyone held, after looking that each has a key that opens every box of theirs,
    and a look-up by number.

    Raises:
        AssertionError: somebody is half there.
    """
    held = frozenset(Person.objects.values_list("id", flat=True))
    assert frozenset(PersonKey.objects.values_list("person_id", flat=True)) == held, (
        "a key without its person, or the reverse"
    )
    assert frozenset(SealedRecord.objects.values_list("person_id", flat=True)) == held, (
        "a record without its person, or the reverse"
    )
    numbers = BlindIndex.objects.filter(kind=blind.KIND_NUMBERS["customer_number"])
    filed = dict(
        numbers.values_list("person_id")
        .annotate(rows=Count("digest"))
        .values_list("person_id", "rows")
    )
    assert filed.keys() == held, "a look-up without its person, or the reverse"
    assert set(filed.values()) <= {1}, "somebody is filed twice"
    assert numbers.values("digest").distinct().count() == len(held), (
        "two people are filed under one number"
    )
    return held


def opens_all(person_ids: frozenset[int]) -> None:
    """Open every box of these people with their own keys, as no caller of the product can.

    Raises:
        RecordDamaged: a box does not open.
    """
    for person_id, cipher, boxes in _opened(person_ids):
        for name, box in boxes.items():
            sealed.unseal(cipher, person_id, name, box)


def fields() -> dict[int, frozenset[str]]:
    """Return the names of the fields that each person's record holds."""
    everybody = frozenset(SealedRecord.objects.values_list("person_id", flat=True))
    return {person_id: frozenset(boxes) for person_id, _, boxes in _opened(everybody)}


def _opened(
    person_ids: frozenset[int],
) -> Iterator[tuple[int, AESGCM, dict[str, sealed.SealedField]]]:
    keys = person_keys(person_ids)
    records = SealedRecord.objects.filter(person_id__in=person_ids)
    for person_id, boxes in records.values_list("person_id", "boxes"):
        cipher = AESGCM(keys[person_id])
        yield person_id, cipher, record_format.open_record(cipher, person_id, bytes(boxes))


def ledger(verifier: Verifier) -> None:
    """Look that the database and the published log tell one story."""
    report, _ = verify_database(
        LogDirectory(settings.current().path("log")), [verifier], now=clock.now()
    )
    assert report.findings == []


def entries(kind: str) -> int:
    """Return how many entries of a kind there are."""
    return Entry.objects.filter(kind=kind).count()
