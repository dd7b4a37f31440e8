"""What must be known of everybody to say what may still be kept: who cannot be read is passed over,
and is not taken for the end."""

from __future__ import annotations

import logging

import pytest

from aboveboard.keys.models import PersonKey
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries
from aboveboard.vault.models import Person, SealedRecord
from aboveboard.vault.retention_state import retention_states, retention_states_of
from tests.world import load

pytestmark = pytest.mark.django_db


def numbers_of(after: int, limit: int) -> list[int]:
    return [state.person_id for state in retention_states(after=after, limit=limit)]


def test_whoever_cannot_be_read_is_passed_over_and_is_not_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    first, second, third, fourth, fifth = sorted(person_id for person_id, _ in load(5))
    assert numbers_of(0, 3) == [first, second, third]
    assert not caplog.records
    SealedRecord.objects.filter(person_id=first).update(
        boxes=SealedRecord.objects.get(person_id=second).boxes
    )
    PersonKey.objects.filter(person_id=second).delete()
    assert numbers_of(0, 2) == [third, fourth], "behind a batch that none can be read of"
    assert numbers_of(0, 3) == [third]
    assert numbers_of(fourth, 2) == [fifth]
    assert numbers_of(fifth, 2) == []
    assert "1 records do not open" in caplog.text, "who has no key was erased and is no damage"
    assert set(retention_states_of([first, second, third, fifth])) == {third, fifth}


def test_each_field_has_its_moment_and_the_promise_that_it_was_collected_under() -> None:
    ((ada, _),) = load(1)
    state = retention_states_of([ada])[ada]
    origins = queries.provenance(ada)
    person = Person.objects.get(id=ada)
    assert state.collected == {
        name: origin.collected_at or person.collected_at for name, origin in origins.items()
    }
    assert state.serials == dict.fromkeys(origins, in_force().serial)
    assert (state.last_active_at, state.held_until, state.restricted_until) == (
        person.last_active_at,
        None,
        None,
    )
