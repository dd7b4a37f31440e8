"""The oldest instance, migrated, lives on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.life import Life
from tests.model.prepared import Prepared
from tests.model.upgraded import Upgraded
from tests.model.world import SHOPS

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.crash]


@pytest.fixture
def life(
    prepared: Prepared, on_postgres: bool, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Upgraded]:
    Life.prepared = prepared
    monkeypatch.setattr(Upgraded, "on_postgres", on_postgres)
    monkeypatch.setattr(Upgraded, "reads", 2)
    life = Upgraded()
    try:
        life.remember()
        yield life
    finally:
        life.teardown()


def test_the_oldest_instance_migrated_lives_on(life: Upgraded) -> None:
    """By the order of their numbers: 0 was corrected, 1 erased, 2 held, 3 restricted, 4 released,
    5 and 6 were one for a while, 7 objected."""
    life.erase_in_the_console(2)
    life.hold(2)
    life.restrict(3)
    life.choose_by_a_client(7, "desk", "yes", SHOPS)
    life.use_for_planning(7)
    life.choose_by_phone(5, "adviser", "yes")
    life.use_for_offers(5)
    life.leak({1, 2, 5}, 1)
    life.notify()
    life.rotate_the_root_key(4)
    life.rotate_everybodys_key(1)
    life.rotate_the_index_key(1)
    life.merge(5, 6)
    life.back_up_and_restore()
    life.import_customers(0, 4)
    life.read_the_list_of_uses(0)
