"""Where each value comes from: kept at the import and at a correction, listed
without opening anything."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.keys.queries import person_key
from aboveboard.ledger.models import Entry
from aboveboard.promise import queries as queries_of_promise
from aboveboard.vault import actions, queries, record_format, sealed
from aboveboard.vault.models import Person, SealedRecord
from aboveboard.vault.origin import ValueOrigin, day_of, of_promise
from tests import world

pytestmark = pytest.mark.django_db
KINDS = {"email": "email", "city": "text"}


def test_an_import_keeps_what_its_mapping_says() -> None:
    ((person_id, _),) = world.load(1)
    origins = queries.provenance(person_id)
    collected_at = origins["email"].collected_at
    assert origins["email"] == ValueOrigin(
        queries_of_promise.last_serial() or 0, collected_at, "shop", "deliver-orders"
    )
    # Sealed to the microsecond; in the clear stands no more than the day.
    assert collected_at is not None
    assert Person.objects.get(id=person_id).collected_at == day_of(collected_at) < collected_at
    assert origins["birth_date"] == ValueOrigin(
        queries_of_promise.last_serial() or 0, collected_at, "shop", "personal-offers"
    )
    assert origins.keys() == queries.held_fields(person_id)
    assert queries.fetch([person_id])[person_id].provenance() == origins


def test_a_correction_changes_the_origin_of_its_field_alone_and_is_written_down() -> None:
    ((person_id, _),) = world.load(1)
    before, origin = (
        queries.provenance(person_id),
        ValueOrigin(2, clock.now(), "phone", "answer-contact"),
    )
    actions.correct(
        person_id, "city", "York", kinds=KINDS, origin=origin, by=CUSTOMER, at=clock.now()
    )
    assert queries.provenance(person_id) == before | {"city": origin}
    facts = json.loads(bytes(Entry.objects.get(kind="correction.made").body))["facts"]
    assert facts == {"field": "city", "promise": 2, "channel": "phone", "purpose": "answer-contact"}


def test_nobody_has_no_provenance() -> None:
    assert queries.provenance(404) == {}


def test_a_record_of_format_1_is_corrected_and_keeps_what_little_was_known_of_the_rest() -> None:
    ((person_id, _),) = world.load(1)
    key = person_key(person_id)
    assert key is not None
    boxes = {
        name: sealed.seal(AESGCM(key), person_id, name, of_promise(1), f"a {name}")
        for name in ("city", "first_name")
    }
    old = [b"\x01"]
    for name, box in boxes.items():
        old += (
            bytes([len(name)]),
            name.encode(),
            (1).to_bytes(4, "big"),
            len(box.sealed).to_bytes(4, "big"),
            box.sealed,
        )
    SealedRecord.objects.filter(person_id=person_id).update(boxes=b"".join(old))
    origin = ValueOrigin(2, clock.now(), "portal", "answer-contact")
    actions.correct(
        person_id, "city", "York", kinds=KINDS, origin=origin, by=CUSTOMER, at=clock.now()
    )
    assert queries.provenance(person_id) == {"city": origin, "first_name": of_promise(1)}
    stored = bytes(SealedRecord.objects.get(person_id=person_id).boxes)
    assert stored[:1] == record_format.VERSION
    record = record_format.open_record(AESGCM(key), person_id, stored)
    assert {
        name: sealed.unseal(AESGCM(key), person_id, name, box) for name, box in record.items()
    } == {
        "city": "York",
        "first_name": "a first_name",
    }
