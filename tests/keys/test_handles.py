"""A person's handles: kept under their own key, in order, and for nobody else."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys import handles
from aboveboard.keys.models import PersonKey
from aboveboard.keys.wrapping import KeyUnwrapFailed
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions, queries
from tests import world

KEY = bytes(range(32))
some_handles = st.lists(
    st.binary(min_size=16, max_size=16).map(bytes.hex), min_size=1, max_size=5, unique=True
)


@given(some_handles, st.integers(0, 2**63 - 1))
def test_what_is_kept_comes_back_in_order(known_as: list[str], person_id: int) -> None:
    assert handles.unseal(person_id, KEY, handles.seal(person_id, KEY, known_as)) == tuple(known_as)


@given(some_handles, st.data())
def test_one_changed_byte_or_another_person_is_refused(
    known_as: list[str], data: st.DataObject
) -> None:
    kept = bytearray(handles.seal(7, KEY, known_as))
    with pytest.raises(KeyUnwrapFailed):
        handles.unseal(8, KEY, bytes(kept))
    kept[data.draw(st.integers(0, len(kept) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(KeyUnwrapFailed):
        handles.unseal(7, KEY, bytes(kept))


@given(st.binary(max_size=80))
def test_any_other_bytes_are_refused(blob: bytes) -> None:
    with pytest.raises(KeyUnwrapFailed):
        handles.unseal(7, KEY, blob)


def test_a_person_has_at_least_one_whole_handle() -> None:
    for wrong in ([], ["00"]):
        with pytest.raises(ValueError, match="at least one"):
            handles.seal(7, KEY, wrong)


@pytest.mark.django_db
def test_a_kept_handle_takes_the_place_of_the_computed_one_everywhere() -> None:
    (person_id, _), (other, _) = world.load(2)
    computed = queries.handle(person_id)
    assert computed is not None
    assert queries.all_handles(person_id) == (computed,)
    second, key = os.urandom(16).hex(), queries.keys.person_key(person_id)
    assert key is not None
    PersonKey.objects.filter(person_id=person_id).update(
        handles=handles.seal(person_id, key, [second, computed])
    )
    assert queries.all_handles(person_id) == (second, computed)
    assert queries.handle(person_id) == second
    assert queries.handles([person_id, other]) == {person_id: second, other: queries.handle(other)}
    assert queries.fetch([person_id])[person_id].handle == second
    actions.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())
    assert second in set(Entry.objects.filter(kind="erasure.done").values_list("handle", flat=True))
    assert queries.all_handles(person_id) == ()
