"""Where a range of numbers begins and ends. Databases hold numbers of such ranges, so none of this
may change."""

from __future__ import annotations

import secrets

import pytest

from aboveboard.basics import clock
from aboveboard.vault import numbers
from aboveboard.vault.models import Alias, Person

WIDE, NARROW = 5 << 46, (5 << 46) + (3 << 34)
RANGES = [(WIDE, 1 << 46), (NARROW, 1 << 34), (0, 1 << 46)]
either = pytest.mark.parametrize(("first", "size"), RANGES, ids=["wide", "narrow", "the first"])


@either
def test_numbers_are_drawn_from_behind_the_first_of_a_range_to_before_the_next_range(
    first: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: 0)
    assert numbers.draw(first, 1) == [first + 1]
    monkeypatch.setattr(secrets, "randbelow", lambda below: below - 1)
    assert numbers.draw(first, 1) == [first + size - 1]
    inside = (first + 1, first + size - 1)
    outside = (first - 1, first, first + size)
    assert all(numbers.in_range(first, number) for number in inside)
    assert not any(numbers.in_range(first, number) for number in outside)


@either
@pytest.mark.django_db
@pytest.mark.parametrize("merged", [False, True], ids=["a person", "one who was merged"])
def test_a_range_is_used_by_whoever_has_a_number_in_it(first: int, size: int, merged: bool) -> None:
    def used_by(number: int) -> bool:
        at = clock.now()
        if merged:
            row = Alias.objects.create(merged_id=number, person_id=1, at=at, facets={}, look_ups=[])
        else:
            row = Person.objects.create(
                id=number, jurisdiction="GB", language="en", collected_at=at, last_active_at=at
            )
        used = numbers.is_range_used(first)
        row.delete()
        return used

    assert used_by(first + 1)
    assert used_by(first + size - 1)
    assert not used_by(first + size)
    assert not numbers.is_range_used(first)
    if first:
        assert not used_by(first - 1)
