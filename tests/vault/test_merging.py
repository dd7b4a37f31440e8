"""Two records made one and two again: each has its own values and origins; and everybody stands in
exactly one range of numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.identity import actions, matching
from aboveboard.identity.choosing import RecordSide
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import locking, merging, queries
from aboveboard.vault.models import Person
from aboveboard.vault.origin import ValueOrigin
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def merge(kept: int, merged: int, **chosen: RecordSide) -> matching.MergeRecord:
    return actions.merge(
        kept, merged, chosen=chosen, reference="case/1", by=ADVISER, at=clock.now()
    )


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def split(row: matching.MergeRecord) -> None:
    actions.split(row.id, kinds=kinds(), reference="case/2", by=ADVISER, at=clock.now())


def test_parted_each_record_is_as_it_was() -> None:
    (one, _), (other, _), *_ = load(3)
    before = merging.compare(one, other)
    split(merge(one, other, email=RecordSide.MERGED, phone=RecordSide.MERGED))
    assert merging.compare(one, other) == before


def test_a_value_that_was_confirmed_since_keeps_where_it_was_confirmed() -> None:
    """The same words from somewhere else are another value: their origin decides how long they
    are kept."""
    (one, _), (other, row), *_ = load(3)
    merged = merge(one, other, email=RecordSide.MERGED)
    since = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    vault_actions.correct(
        one, "email", row["email"], kinds=kinds(), origin=since, by=ADVISER, at=clock.now()
    )
    split(merged)
    pair = merging.compare(one, other)["email"]
    assert pair.merged == since
    assert pair.kept is not None
    assert pair.kept != since


def test_what_undoes_a_merge_is_gone_with_its_key() -> None:
    (one, _), (other, _), *_ = load(3)
    merging.compare(one, other)
    undo = merging.merge(one, other, ["email"], at=clock.now())
    held = merging.fields_of(one, other, undo)
    assert {"email", "first_name", "customer_number"} <= held
    again = merging.reseal_undo(one, other, undo, without=["first_name"])
    assert again is not None
    assert merging.fields_of(one, other, again) == held - {"first_name"}
    merging.delete_merged(other)
    merging.destroy_undo_key(other)
    assert merging.fields_of(one, other, again) == frozenset()
    assert merging.reseal_undo(one, other, again) is None
    assert locking.lock_person(other) == one, "the number still leads to them"


def test_nobody_is_locked_who_is_not_held() -> None:
    load(1)
    with pytest.raises(NotFound):
        locking.lock_person(10**9)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_ranges_of_numbers_hold_everybody_once_and_so_many_each(size: int) -> None:
    load(7)
    people = sorted(Person.objects.values_list("id", flat=True))
    ranges = list(queries.id_ranges(size))
    held = [[person for person in people if low < person <= high] for low, high in ranges]
    assert [person for each in held for person in each] == people
    assert all(len(each) == size for each in held[:-1])
    assert 0 < len(held[-1]) <= size
    assert all(before[1] == after[0] for before, after in pairwise(ranges))
