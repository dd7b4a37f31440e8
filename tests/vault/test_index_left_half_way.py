"""A rotation of the index key that was left half-way, and its old key or its records are not as
they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.queries import instance_secret
from aboveboard.vault import blind, generations
from aboveboard.vault import queries as vault
from aboveboard.vault.models import BlindIndex, IndexGenerations
from aboveboard.vault.rekeying import index
from tests.keys.rotation.world import kinds
from tests.vault.test_index_rotation import all_found, check_ended, people, rotate, under_way

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(index, "RESEAL_BATCH", 4)
    yield
    generations.forget()
    instance_secret.cache_clear()


def test_what_is_known_of_a_rotation_is_kept_when_the_old_key_turns_out_to_be_gone() -> None:
    """Behind the switch nobody needs the old key; and who was filed by what they hold already is
    not filed again."""
    people(6)
    rotation = index.begin(by=SYSTEM, at=clock.now())
    first = index.rebuild_from_values(under_way())
    assert (first.names["old"], first.done) == (None, 0)
    index._file(rotation.id, kinds(), lambda done: None)
    assert index.rebuild_from_values(under_way()).done == 4
    assert rotate().done == 6
    rotation = index.begin(by=SYSTEM, at=clock.now())
    while index._file(rotation.id, kinds(), lambda done: None):
        pass
    index._switch(rotation.id, False)
    switched = under_way()
    assert index.rebuild_from_values(switched) == switched
    assert switched.done == 6, "as many as its entry will say"


def test_what_was_restored_from_an_earlier_moment_loses_no_look_up_unsaid() -> None:
    rows = people(3)
    former = blind.digests("email", "former@example.com")[0]
    BlindIndex.objects.create(kind=1, digest=former, person_id=rows[0][0])
    rotation = index.begin(by=SYSTEM, at=clock.now())
    while index._file(rotation.id, kinds(), lambda done: None):
        pass
    index._switch(rotation.id, True)
    IndexGenerations.objects.all().delete()
    BlindIndex.objects.filter(generation=1).delete()
    with pytest.raises(index.IndexEntriesLost) as refused:
        rotate()
    assert refused.value.details["count"] == 1
    assert vault.find("email", "former@example.com") == [rows[0][0]]
    index.resume(under_way(), drop_stale=True, by=SYSTEM)
    all_found(rows)
    check_ended(1)
