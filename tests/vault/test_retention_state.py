"""What must be known of everybody to say what may still be kept: who cannot be read is passed over,
and is not taken for the end."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from aboveboard.keys.models import PersonKey
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries
from aboveboard.vault.holds import NO_END, OpenDates, dates_mac
from aboveboard.vault.models import Person, SealedRecord
from aboveboard.vault.retention_state import retention_states, retention_states_of
from tests.world import load

pytestmark = pytest.mark.django_db
SOON = datetime(2126, 1, 1, tzinfo=UTC)


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


@pytest.mark.parametrize(
    "written",
    [
        {"held_until": SOON},
        {"restricted_until": SOON, "restricted_since": datetime(2026, 1, 1, tzinfo=UTC)},
        {"open_mac": b"made up"},
        {"held_until": SOON, "open_mac": bytes(32)},
    ],
)
def test_dates_that_were_written_past_the_program_are_read_as_open_without_end(
    written: dict[str, object],
) -> None:
    """Nothing of theirs is erased or used meanwhile; and the hold gives nobody a right."""
    (ada, _), (ben, _) = load(2)
    Person.objects.filter(id=ada).update(**written)
    assert not queries.fetch([ada])[ada].dates_proven
    for dates in (
        queries.fetch([ada])[ada],
        queries.people([ada])[ada],
        retention_states_of([ada])[ada],
    ):
        assert (dates.held_until, dates.restricted_until) == (NO_END, NO_END)  # type: ignore[attr-defined]
    other = queries.fetch([ben])[ben]
    assert (other.dates_proven, other.held_until, other.restricted_until) == (True, None, None)


def test_dates_that_the_program_wrote_are_read_as_they_stand() -> None:
    (ada, _), (ben, _) = load(2)
    dates = OpenDates(SOON, None, None)
    Person.objects.filter(id=ada).update(held_until=SOON, open_mac=dates_mac(ada, dates))
    assert queries.people([ada])[ada].held_until == SOON
    assert queries.fetch([ada])[ada].held_by_law(SOON - timedelta(seconds=1))
    assert not queries.fetch([ada])[ada].held_by_law(SOON)
    Person.objects.filter(id=ben).update(held_until=SOON, open_mac=dates_mac(ada, dates))
    assert queries.people([ben])[ben].held_until == NO_END, "of another person"
