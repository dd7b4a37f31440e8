"""Lives that were once wrong, or that every change must live through: each by name."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.model import test_random_lives as random_lives
from tests.model.database import Databases
from tests.model.test_random_lives import Lives

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.crash]


@pytest.fixture
def life(on_postgres: bool) -> Iterator[Lives]:
    random_lives.databases = Databases(os.environ["TEST_POSTGRES_URL"] if on_postgres else None)
    life = Lives()
    life.import_customers(4, 0)
    yield life
    life.teardown()


def test_everything_once(life: Lives) -> None:
    life.choose_by_a_client(0, "desk", "yes")
    life.use_for_offers(0)
    life.export_to_a_laptop({0, 1})
    life.lose_a_laptop(0)
    life.rotate_the_root_key()
    life.leak({1, 2}, 1)
    life.notify()
    life.rotate_the_index_key()
    life.choose_in_the_portal(0, "no")
    life.use_for_offers(0)
    life.erase(3)
    life.back_up_and_restore()
    life.import_a_new_address(1)
    life.import_customers(1, 4)
    life.rotate_everybodys_key()
    life.kill_the_server()
    life.notify()


def test_a_no_of_ones_own_stays_after_a_no_that_others_recorded(life: Lives) -> None:
    life.choose_in_the_portal(0, "no")
    life.choose_by_a_client(0, "desk", "no")
    life.choose_by_a_client(0, "desk", "yes")
    life.use_for_offers(0)


def test_an_erasure_after_a_backup_holds_after_the_restoration_and_the_next_file(
    life: Lives,
) -> None:
    made = life.real.json("backup", life.folder / "backups")
    life.erase(1)
    life.restore(made)
    life.ask_for_a_delivery(1)
    life.import_customers(0, 4)
    life.choose_in_the_portal(1, "no")
