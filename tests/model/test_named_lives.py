"""Lives that were once wrong, or that every change must live through: each by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.life import Life
from tests.model.lives import Lives
from tests.model.prepared import Prepared
from tests.model.world import OFFERS, SHOPS

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.crash]


@pytest.fixture
def life(prepared: Prepared) -> Iterator[Lives]:
    Life.prepared = prepared
    life = Lives()
    life.import_customers(6, 0)
    yield life
    life.teardown()


def test_everything_once(life: Lives) -> None:
    life.choose_by_a_client(0, "desk", "yes")
    life.use_for_offers(0)
    life.look_up_in_the_console(1, "email", "adviser")
    life.choose_by_phone(1, "adviser", "no", SHOPS)
    life.use_for_planning(1)
    life.hold(1)
    life.restrict(2)
    life.correct_by_phone(1, "colleague", "email")
    life.correct_in_the_portal(0, "city")
    life.break_the_glass(2, "adviser")
    life.review_an_emergency()
    life.export_to_a_laptop({0, 1, 2})
    life.lose_a_laptop(0, console=True)
    life.notify_while_the_mail_server_is_away()
    life.renew_the_root_key(3)
    life.leak({1, 2}, 1)
    life.notify()
    life.rotate_the_index_key(3)
    life.choose_in_the_portal(0, "no")
    life.use_for_offers(0)
    life.erase_in_the_console(1)
    life.merge(4, 5)
    life.ask_for_a_delivery(5, "phone")
    life.sweep()
    life.back_up_and_restore()
    life.import_a_new_address(2)
    life.ask_by_a_former_address(2)
    life.import_customers(1, 4)
    life.rotate_everybodys_key(1)
    life.split(4)
    life.read_the_list_of_uses(5)
    life.kill_the_server()


def test_a_no_of_ones_own_stays_after_a_no_that_others_recorded(life: Lives) -> None:
    life.choose_in_the_portal(0, "no")
    life.choose_by_a_client(0, "desk", "no")
    life.choose_by_a_client(0, "desk", "yes")
    life.use_for_offers(0)


def test_an_erasure_after_a_backup_holds_after_the_restoration_and_the_next_file(
    life: Lives,
) -> None:
    life.back_up()
    life.erase(1)
    life.restore_what_is_older()
    life.ask_for_a_delivery(1)
    life.import_customers(0, 4)
    life.choose_in_the_portal(1, "no")


def test_a_no_of_ones_own_stays_after_the_merge_with_a_record_that_says_yes(life: Lives) -> None:
    life.choose_in_the_portal(0, "no", OFFERS)
    life.choose_by_a_client(1, "desk", "yes")
    life.merge(0, 1)
    life.choose_by_a_client(0, "desk", "yes")
    life.use_for_offers(0)
