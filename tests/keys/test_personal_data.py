"""What keys and the ledger hold of a person: listed for them, and gone with their key."""

from __future__ import annotations

import pytest
from django.db import transaction

from aboveboard.basics import clock
from aboveboard.keys.actions import destroy_person_key, entry_subject
from aboveboard.keys.models import PersonKey
from aboveboard.keys.personal_data import DECLARED
from aboveboard.ledger.actions import NewEntry, append_many
from aboveboard.ledger.models import Entry
from tests import world

KEYS, ENTRIES = DECLARED


@pytest.mark.django_db
def test_every_entry_about_a_person_is_in_their_copy_and_none_about_another() -> None:
    world.adopt()
    (ann, _), (jon, _) = world.load(2)
    with transaction.atomic():
        for who in (ann, jon, ann):
            subject = entry_subject(who)
            assert subject is not None
            append_many([NewEntry("use.granted", world.ADVISER, clock.now(), subject.handle, {})])
    assert callable(ENTRIES.export)
    rows = [row for row in ENTRIES.export([ann]) if row["kind"] == "use.granted"]
    assert len(rows) == 2
    assert rows[0]["by"] == {
        "kind": world.ADVISER.kind.value,
        "role": world.ADVISER.role,
        "team": world.ADVISER.team,
    }, "which adviser it was is their data, not the customer's"


@pytest.mark.django_db
def test_a_key_is_named_in_their_copy_without_its_bytes_and_destroyed_with_them() -> None:
    world.adopt()
    (ann, _), (jon, _) = world.load(2)
    assert callable(KEYS.export)
    assert callable(KEYS.erase)
    (row,) = KEYS.export([ann])
    assert set(row) == {"person", "wrapped_by"}
    entries = Entry.objects.count()
    with transaction.atomic():
        KEYS.erase([ann])
        KEYS.erase([ann])  # a restored backup repeats it
    assert list(PersonKey.objects.values_list("person_id", flat=True)) == [jon]
    assert Entry.objects.count() == entries, "the ledger stays as it was"
    assert callable(ENTRIES.export)
    assert list(ENTRIES.export([ann])) == []


@pytest.mark.django_db(transaction=True)
def test_no_key_is_destroyed_outside_the_change_that_says_so() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        destroy_person_key(1)
