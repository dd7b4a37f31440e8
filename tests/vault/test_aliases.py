"""Numbers: drawn so that they say nothing, and led to the person when records were merged."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.identity import actions as identity
from aboveboard.vault import aliases, locking, numbers, queries
from aboveboard.vault.models import Alias, Person
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
SIZE = 2**46


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[int]], None]:
    """Let these numbers be drawn, and no others."""

    def draw(these: list[int]) -> None:
        left = iter(these)
        monkeypatch.setattr(secrets, "randbelow", lambda bound: next(left))

    return draw


def person(number: int) -> None:
    now = clock.now()
    Person.objects.create(
        id=number, jurisdiction="GB", language="en", collected_at=now, last_active_at=now
    )


def test_a_range_is_one_that_nobody_s_number_is_in_or_leads_from(
    drawn: Callable[[list[int]], None],
) -> None:
    for number in (3 * SIZE, 6 * SIZE - 1, 9 * SIZE + 5):
        person(number)
    now = clock.now()
    Alias.objects.create(merged_id=7 * SIZE + 1, person_id=3 * SIZE, at=now, facets={}, look_ups=[])
    drawn([3, 5, 9, 7, 4])
    assert numbers.new_range() == 4 * SIZE, "others lie below and above it"
    drawn([0])
    assert numbers.new_range() == 0
    drawn([10])
    assert numbers.new_range() == 10 * SIZE
    assert numbers.any_taken([1, 3 * SIZE])
    assert numbers.any_taken([7 * SIZE + 1])
    assert not numbers.any_taken([1, 2])


def test_numbers_are_drawn_different_and_inside_their_range(
    drawn: Callable[[list[int]], None],
) -> None:
    drawn([0, 5, 5, SIZE - 2])
    made = numbers.draw(SIZE, 3)
    assert made == [SIZE + 1, SIZE + 6, 2 * SIZE - 1]
    assert all(numbers.in_range(SIZE, number) for number in made)
    assert not numbers.in_range(SIZE, SIZE), "the first of a range is nobody's: 0 is not"
    assert not numbers.in_range(SIZE, 2 * SIZE)


def test_a_number_that_was_merged_leads_to_the_person_and_one_made_up_leads_nowhere() -> None:
    (ada, _), (ben, _), (cy, _) = load(3)
    identity.merge(ada, ben, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    assert aliases.current_number(ben) == ada
    assert aliases.numbers_of(ada) == [ada, ben]
    assert aliases.current_numbers([ada, ben, cy]) == {ada: ada, ben: ada, cy: cy}
    assert aliases.people_with_aliases([ada, cy]) == {ada}
    assert list(aliases.all_merged()) == [(ben, ada)]
    assert aliases.all_aliases() == {ben: ada}
    assert queries.fetch([ben])[ben].person_id == ada
    assert queries.fetch([ada])[ada].person_id == ada
    row = Alias.objects.get()
    assert aliases.is_authentic_alias(ben, ada, row.at, bytes(row.mac))
    for asked, person_id, since, mac in (
        (cy, ada, row.at, row.mac),
        (ben, cy, row.at, row.mac),
        (ben, ada, None, row.mac),
        (ben, ada, row.at, None),
    ):
        assert not aliases.is_authentic_alias(asked, person_id, since, mac)
    Alias._base_manager.filter(pk=ben).update(mac=b"made up")
    assert aliases.current_number(ben) == ben
    assert aliases.numbers_of(ada) == [ada]
    assert queries.fetch([ben]) == {}
    with pytest.raises(NotFound):
        locking.lock_person(ben)


def test_a_row_from_before_there_were_macs_gets_one_where_the_log_says_the_same() -> None:
    (ada, _), (ben, _) = load(2)
    identity.merge(ada, ben, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    Alias._base_manager.filter(pk=ben).update(mac=None)
    assert aliases.current_number(ben) == ben
    aliases.authenticate(ben, ben)
    assert aliases.current_number(ben) == ben, "the log says that it leads elsewhere"
    aliases.authenticate(ben, ada)
    assert aliases.current_number(ben) == ada
