"""The index key is replaced while everyone goes on: whoever is held is found at every moment, and a
leak counts the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict
from aboveboard.basics.package import gathered
from aboveboard.identity import actions as merging
from aboveboard.identity.matching import MergeRecord
from aboveboard.incidents import queries
from aboveboard.incidents.exposure import counting
from aboveboard.keys.models import InstanceSecret, Rotation
from aboveboard.keys.queries import instance_secret
from aboveboard.keys.rotation.progress import RotationState
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import blind, generations
from aboveboard.vault import queries as vault
from aboveboard.vault.models import BlindIndex, IndexGenerations, Person
from aboveboard.vault.rekeying import index, rebuild
from tests import world
from tests.concurrency.crew import at_once
from tests.crash.killing import KILLS, Killer
from tests.declared import gather_these
from tests.incidents.conftest import leak_bytes, open_leak
from tests.keys.rotation.world import bring_more, correct, kinds

Rows = list[tuple[int, dict[str, str]]]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(index, "RESEAL_BATCH", 4)
    yield
    generations.forget()
    instance_secret.cache_clear()


def people(count: int) -> Rows:
    return list(world.load(count))


def rotate() -> RotationState:
    return index.resume(index.unfinished() or index.begin(by=SYSTEM, at=clock.now()), by=SYSTEM)


def under_way() -> RotationState:
    rotation = index.unfinished()
    assert rotation is not None
    return rotation


def all_found(rows: Rows) -> None:
    for person_id, row in rows:
        assert vault.find("customer_number", row["customer_id"]) == [person_id]
        assert person_id in vault.find("email", row["email"])
        if row["phone"]:
            assert person_id in vault.find("phone", row["phone"], regions=[row["country"]])


def check_ended(generation: int) -> None:
    assert not Rotation.objects.filter(finished_at=None).exists()
    assert set(BlindIndex.objects.values_list("generation", flat=True)) == {generation}
    names = InstanceSecret.objects.filter(name__startswith="index").values_list("name", flat=True)
    assert list(names) == [blind.secret_name(generation)]
    for kind in ("keys.rotation.begun", "keys.rotation.finished"):
        assert Entry.objects.filter(kind=kind).count() == generation


@pytest.mark.django_db
def test_everybody_is_found_before_between_and_after_and_the_old_key_is_gone() -> None:
    rows = people(14)
    before, old = BlindIndex.objects.count(), instance_secret("index")
    digests = {bytes(digest) for digest in BlindIndex.objects.values_list("digest", flat=True)}
    for generation in (1, 2):
        rotation = index.begin(by=SYSTEM, at=clock.now())
        with pytest.raises(Conflict):
            index.begin(by=SYSTEM, at=clock.now())
        all_found(rows)
        while index._file(rotation.id, kinds(), lambda done: None):
            all_found(rows)
        assert BlindIndex.objects.count() == 2 * before
        index._switch(rotation.id, False)
        all_found(rows)
        assert index.resume(rotation, by=SYSTEM).done == 14
        all_found(rows)
        check_ended(generation)
        assert BlindIndex.objects.count() == before
    assert not digests & {
        bytes(digest) for digest in BlindIndex.objects.values_list("digest", flat=True)
    }
    assert instance_secret(blind.secret_name(2)) != old


@pytest.mark.django_db
def test_what_is_changed_on_the_way_is_found_by_what_it_is_now() -> None:
    rows = people(9)
    (first, was), (last, its) = rows[0], rows[-1]
    rotation = index.begin(by=SYSTEM, at=clock.now())
    index._file(rotation.id, kinds(), lambda done: None)
    correct(first, "email", "first@example.com")
    correct(last, "email", "last@example.com")
    bring_more(12)
    index.resume(rotation, by=SYSTEM)
    assert vault.find("email", "first@example.com") == [first]
    assert vault.find("email", "last@example.com") == [last]
    assert vault.find("email", was["email"]) == vault.find("email", its["email"]) == []
    brought = set(vault.iter_person_ids()) - {person_id for person_id, _ in rows}
    assert len(brought) == 3
    assert (
        set(BlindIndex.objects.values_list("person_id", flat=True))
        == {person_id for person_id, _ in rows} | brought
    )
    bring_more(12)
    assert Person.objects.count() == 12, "an import knows by the new key who is held"
    check_ended(1)


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["before", "first", "between", "last"])
def test_two_who_are_one_are_found_by_both_and_can_be_two_again(when: str) -> None:
    # In the order in which a rotation goes through them: four of them first.
    (ann, hers), (bob, his), *rest = sorted(people(6), key=lambda each: each[0])
    far = rest[-1][0] if when == "last" else bob
    typed = rest[-1][1] if when == "last" else his
    kept_filed = _filed(ann), _filed(far)

    def merge() -> MergeRecord:
        return merging.merge(ann, far, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())

    merged = merge() if when == "before" else None
    rotation = index.begin(by=SYSTEM, at=clock.now())
    merged = merged or (merge() if when == "first" else None)
    index._file(rotation.id, kinds(), lambda done: None)
    merged = merged or merge()
    for _ in range(2):
        for record in (hers, typed):
            assert (
                vault.find("email", record["email"])
                == vault.find("customer_number", record["customer_id"])
                == [ann]
            )
        rotation = index.resume(rotation, by=SYSTEM)
    if when == "between":  # undone while it is rotated again
        rotation = index.begin(by=SYSTEM, at=clock.now())
    merging.split(merged.id, kinds=kinds(), reference="case/2", by=SYSTEM, at=clock.now())
    index.resume(rotation, by=SYSTEM)
    all_found([(ann, hers), (far, typed)])
    assert (len(_filed(ann)), len(_filed(far))) == (len(kept_filed[0]), len(kept_filed[1]))
    assert vault.find("email", hers["email"]) == [ann]
    assert set(BlindIndex.objects.values_list("generation", flat=True)) == {
        2 if when == "between" else 1
    }


@pytest.mark.django_db
def test_who_is_parted_behind_a_rotation_is_found_by_all_they_were_filed_under() -> None:
    """Also by what the promise names otherwise since, which no field says any more."""
    rows = sorted(people(6), key=lambda each: each[0])
    (passed, _), (ahead, _) = rows[0], rows[-1]
    merged = merging.merge(ahead, passed, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())
    rotation = index.begin(by=SYSTEM, at=clock.now())
    index._file(rotation.id, kinds(), lambda done: None)
    renamed = kinds() | {"email": "text"}
    merging.split(merged.id, kinds=renamed, reference="case/2", by=SYSTEM, at=clock.now())
    index.resume(rotation, by=SYSTEM)
    all_found(rows)


def _filed(person_id: int) -> set[tuple[int, bytes]]:
    return {
        (kind, bytes(digest))
        for kind, digest in BlindIndex.objects.filter(person_id=person_id).values_list(
            "kind", "digest"
        )
    }


@pytest.mark.django_db
def test_a_look_up_of_what_is_held_nowhere_is_drop_stale_only_when_told() -> None:
    rows = people(3)
    BlindIndex.objects.create(
        kind=1, digest=blind.digests("email", "former@example.com")[0], person_id=rows[0][0]
    )
    with pytest.raises(index.IndexEntriesLost) as refused:
        rotate()
    assert refused.value.details["count"] == 1
    assert vault.find("email", "former@example.com") == [rows[0][0]]
    all_found(rows)
    index.resume(under_way(), drop_stale=True, by=SYSTEM)
    assert vault.find("email", "former@example.com") == []
    all_found(rows)
    check_ended(1)


@pytest.mark.django_db
def test_without_the_old_key_everybody_is_filed_under_what_they_hold() -> None:
    rows = people(6)
    merged = merging.merge(
        rows[0][0], rows[1][0], chosen={}, reference="case/1", by=SYSTEM, at=clock.now()
    )
    # As where newer keys were restored beside older records.
    InstanceSecret.objects.filter(name="index").delete()
    instance_secret.cache_clear()
    assert vault.find("email", rows[2][1]["email"]) == []
    with pytest.raises(index.IndexEntriesLost):
        rotate()
    index.resume(index.rebuild_from_values(under_way()), by=SYSTEM)
    all_found([*rows[2:], (rows[0][0], rows[0][1]), (rows[0][0], rows[1][1])])
    merging.split(merged.id, kinds=kinds(), reference="case/2", by=SYSTEM, at=clock.now())
    all_found(rows)
    check_ended(1)


@pytest.mark.django_db
@pytest.mark.parametrize("switched", [False, True])
def test_records_that_were_restored_from_an_earlier_moment_than_the_keys_are_filed_again(
    switched: bool,
) -> None:
    rows = people(9)
    rotation = index.begin(by=SYSTEM, at=clock.now())
    while index._file(rotation.id, kinds(), lambda done: None):
        pass
    if switched:
        index._switch(rotation.id, False)
    IndexGenerations.objects.all().delete()
    BlindIndex.objects.filter(generation=1).delete()
    rotate()
    all_found(rows)
    check_ended(1)


@pytest.mark.django_db
def test_a_leak_counts_the_same_and_one_that_waits_is_waited_for() -> None:
    rows = people(20)
    leaked = leak_bytes([row for _, row in rows[:12]])
    number = open_leak(leaked).number
    counted = counting.count(number, by=SYSTEM, at=clock.now())
    waits = open_leak(leaked, again=True)
    with pytest.raises(index.OldKeyNeeded, match=waits.reference):
        rotate()
    between = open_leak(leaked, again=True)  # made with both keys: nobody need wait for it
    assert counting.count(waits.number, by=SYSTEM, at=clock.now()).people == counted.people
    rotate()
    assert counting.count(between.number, by=SYSTEM, at=clock.now()).people == counted.people
    after = open_leak(leaked, again=True)
    assert counting.count(after.number, by=SYSTEM, at=clock.now()).people == counted.people
    assert {person.person_id for person in queries.people(after.number)} == {
        person.person_id for person in queries.people(number)
    }
    check_ended(1)


@pytest.mark.django_db
def test_a_leak_made_with_a_key_that_is_gone_is_refused_not_undercounted() -> None:
    from aboveboard.incidents.leaks.index_keys import MadeWithAnotherKey

    waits = open_leak(leak_bytes([row for _, row in people(6)]))
    declared = gathered()
    gather_these(replace(package, needs_index_key=None) for package in declared)
    try:
        rotate()
    finally:
        gather_these(declared)
    with pytest.raises(MadeWithAnotherKey):
        counting.count(waits.number, by=SYSTEM, at=clock.now())


@pytest.mark.django_db
def test_a_look_up_that_was_on_its_way_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = people(5)
    stale = generations.current()
    rotate()
    real = generations.guess
    for wrong in (stale, generations.Generations(7, None, kept=True)):
        guesses = [wrong]
        monkeypatch.setattr(
            generations, "guess", lambda left=guesses: left.pop() if left else real()
        )
        all_found(rows)
        assert not guesses


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_kill_9_anywhere_leaves_everybody_found_and_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = people(24)
    killer = Killer(most=0.2)
    for turn in range(5 * KILLS):
        killer.kill(rotate)
        all_found(rows[turn % 6 :: 6])
        if killer.killed >= KILLS:
            break
    assert killer.killed >= KILLS
    rotate()
    all_found(rows)
    check_ended(Entry.objects.filter(kind="keys.rotation.begun").count())


@pytest.mark.django_db(transaction=True)
def test_imports_corrections_merges_and_erasures_beside_it() -> None:
    rows = people(40)
    gone, corrected, merging_ = rows[::5], rows[1::5], rows[2::5]
    stay = rows[3::5] + rows[4::5]
    over = threading.Event()

    def turn() -> None:
        try:
            for _ in range(3):
                rotate()
        finally:
            over.set()

    def find() -> int:
        rounds = 0
        while not over.is_set() or not rounds:
            all_found(stay[rounds % 4 :: 4])
            rounds += 1
        return rounds

    def erase() -> None:
        for person_id, _ in gone:
            vault_actions.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())

    def change() -> None:
        for person_id, _ in corrected:
            correct(person_id, "email", f"new{person_id}@example.com")

    def join() -> None:
        for (one, _), (other, _) in zip(merging_[::2], merging_[1::2], strict=True):
            merging.merge(one, other, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())

    for outcome in at_once([turn, find, erase, change, join, lambda: bring_more(60)]):
        assert not isinstance(outcome, BaseException), outcome
    rotate()
    all_found(stay)
    for person_id, row in corrected:
        assert vault.find("email", f"new{person_id}@example.com") == [person_id]
        assert vault.find("customer_number", row["customer_id"]) == [person_id]
    for (one, hers), (_, his) in zip(merging_[::2], merging_[1::2], strict=True):
        all_found([(one, hers)])
        assert vault.find("customer_number", his["customer_id"]) == [one]
    held = set(vault.iter_person_ids())
    assert not held & {person_id for person_id, _ in gone}
    assert set(BlindIndex.objects.values_list("person_id", flat=True)) == held
    check_ended(4)
    assert IndexGenerations.objects.get().searched == 4
    with pytest.raises(RuntimeError):
        rebuild.file_under_both(list(held))


@pytest.mark.django_db
def test_a_rotation_that_goes_on_does_not_begin_again() -> None:
    rows = people(12)
    rotation = index.begin(by=SYSTEM, at=clock.now())
    index._file(rotation.id, kinds(), lambda done: None)
    done: list[int] = []
    index.resume(under_way(), by=SYSTEM, progress=done.append)
    assert done == [8, 12], "the four who were filed already are not filed again"
    all_found(rows)


@pytest.mark.django_db
def test_a_rotation_that_ended_stays_so_whoever_goes_on_with_it() -> None:
    rows = people(3)
    first = rotate()
    assert first.finished_at is not None
    rotate()
    assert index.resume(first, by=SYSTEM) == first
    all_found(rows)
    check_ended(2)
