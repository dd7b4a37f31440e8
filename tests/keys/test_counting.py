"""Whoever writes entries about the same people at once takes their numbers in one order."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from aboveboard.keys import counting
from aboveboard.keys.actions import destroy_person_key
from aboveboard.ledger.actions import reserve_ids
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # In a transaction the first look is kept, and nobody who waits later would be seen.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        (waiting,) = cursor.fetchone() or (0,)
    return bool(waiting)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has two writers")
@pytest.mark.parametrize(
    "wanted", [(1, 1), (1, 2), (2, 1)], ids=["as many of each", "more of the first", "of the last"]
)
def test_who_waits_for_one_person_holds_nobody_that_comes_after(wanted: tuple[int, int]) -> None:
    """Whatever number of entries is about each, and in whatever order they are named."""
    low, high = sorted(person_id for person_id, _ in world.load(2))
    taken: list[dict[int, int]] = []

    def take_both() -> None:
        try:
            with transaction.atomic():
                taken.append(counting.take_numbers({high: wanted[1], low: wanted[0]}))
        finally:
            connection.close()

    other = threading.Thread(target=take_both, daemon=True)
    with transaction.atomic():
        assert counting.take_numbers({low: 1}) == {low: 0}
        other.start()
        until = time.monotonic() + 20
        while not _somebody_waits():
            assert time.monotonic() < until
            time.sleep(0.01)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        assert counting.take_numbers({high: 1}) == {high: 0}, (
            "the other waits, and must hold nothing"
        )
    other.join(20)
    assert taken == [{low: 1, high: 1}]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has two writers")
@pytest.mark.parametrize("alone", [True, False], ids=["of one person", "of a batch"])
def test_ids_are_given_once_everybody_is_locked(alone: bool) -> None:
    """Of two entries about one person the later has the greater id, whoever waited for whom."""
    low, high = sorted(person_id for person_id, _ in world.load(2))
    wanted = {high: 1} if alone else {low: 1, high: 1}
    taken: list[tuple[dict[int, int], list[int]]] = []

    def take() -> None:
        try:
            with transaction.atomic():
                taken.append(counting.take_numbers_and_ids(wanted, len(wanted) + 1))
        finally:
            connection.close()

    other = threading.Thread(target=take, daemon=True)
    with transaction.atomic():
        assert counting.take_numbers({high: 1}) == {high: 0}
        other.start()
        until = time.monotonic() + 20
        while not _somebody_waits():
            assert time.monotonic() < until
            time.sleep(0.01)
        (earlier,) = reserve_ids(1)
    other.join(20)
    ((numbers, ids),) = taken
    assert numbers == {person: int(person == high) for person in wanted}
    assert len(ids) == len(wanted) + 1
    assert ids == sorted(set(ids))
    assert earlier < ids[0]


def test_numbers_and_ids_are_as_many_as_asked_also_of_nobody() -> None:
    first, second, gone = (person_id for person_id, _ in world.load(3))
    with transaction.atomic():
        destroy_person_key(gone)
    for wanted, entries, expected in (
        ({}, 2, {}),
        ({first: 1}, 1, {first: 0}),
        ({first: 2, second: 1}, 4, {first: 1, second: 0}),
        ({first: 1, second: 1, gone: 1}, 3, {first: 3, second: 1}),
        ({gone: 1}, 1, {}),
    ):
        with transaction.atomic():
            numbers, ids = counting.take_numbers_and_ids(wanted, entries)
        assert numbers == expected
        assert len(set(ids)) == entries
        assert ids == sorted(ids)
