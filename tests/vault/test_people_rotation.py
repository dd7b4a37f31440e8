"""A person's key is made anew: their record opens, their handle stays, the old key opens nothing;
killed anywhere it goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.identity import actions as merging
from aboveboard.keys.models import PersonKey, Rotation
from aboveboard.keys.queries import person_key
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault import sealed
from aboveboard.vault.rekeying import people
from tests.concurrency.crew import at_once
from tests.crash.killing import Killer
from tests.keys.rotation import world

KILLS = 50


@pytest.fixture(autouse=True)
def _root_key_stays() -> Iterator[None]:
    kept = world.ROOT.read_bytes()
    yield
    world.ROOT.write_bytes(kept)
    for one in world.ROOT.parent.glob("root.key.before-*"):
        one.unlink()


@pytest.mark.django_db
def test_one_person_has_a_new_key_and_all_else_stays() -> None:
    known = world.people(2)
    ann, bob = known
    before = {
        person: (person_key(person), world.open_all(record))
        for person, record in vault.fetch([ann, bob]).items()
    }
    people.rotate_one(ann, by=SYSTEM, at=clock.now())
    people.rotate_one(ann, by=SYSTEM, at=clock.now())
    world.check(known)
    record = vault.fetch([ann])[ann]
    assert world.open_all(record) == before[ann][1]
    assert person_key(ann) != before[ann][0]
    assert person_key(bob) == before[bob][0]
    old = before[ann][0]
    assert old is not None
    for name, box in sealed.decode(record._record).items():
        with pytest.raises(sealed.RecordDamaged):
            sealed.unseal(AESGCM(old), ann, name, box)
    assert Entry.objects.filter(kind="key.rotated", handle=known[ann]).count() == 2
    with pytest.raises(NotFound):
        people.rotate_one(1, by=SYSTEM, at=clock.now())


@pytest.mark.django_db
def test_everybody_has_a_new_key_and_their_handles_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "RESEAL_BATCH", 3)
    known = world.people(10)
    before = dict(PersonKey.objects.values_list("person_id", "wrapped"))
    seen: list[int] = []
    assert people.rotate_all(by=SYSTEM, at=clock.now(), progress=seen.append) == 10
    assert seen == [3, 6, 9, 10]
    world.check(known)
    assert not any(
        bytes(before[person]) == bytes(wrapped)
        for person, wrapped in PersonKey.objects.values_list("person_id", "wrapped")
    )
    assert Entry.objects.filter(kind="keys.people.finished").count() == 1


@pytest.mark.django_db
def test_two_who_are_one_stay_one_and_can_be_two_again() -> None:
    known = world.people(2)
    ann, bob = known
    before = {person: world.open_all(record) for person, record in vault.fetch([ann, bob]).items()}
    merged = merging.merge(ann, bob, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())
    wrapped = bytes(PersonKey.objects.get(person_id=bob).wrapped)
    both = vault.all_handles(ann)
    assert people.rotate_all(by=SYSTEM, at=clock.now()) == 1
    world.rotate()
    assert vault.all_handles(ann) == both == (known[ann], known[bob])
    assert bytes(PersonKey.objects.get(person_id=bob).wrapped) != wrapped, (
        "what was set aside has a new key too"
    )
    merging.split(merged.id, kinds=world.kinds(), reference="case/2", by=SYSTEM, at=clock.now())
    world.check(known)
    assert {
        person: world.open_all(record) for person, record in vault.fetch([ann, bob]).items()
    } == before


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_nobody_is_half_done_and_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "RESEAL_BATCH", 4)
    known = world.people(30)
    killer = Killer(most=0.3)
    for _ in range(5 * KILLS):
        killer.kill(lambda: people.rotate_all(by=SYSTEM, at=clock.now()))
        world.check(known)
        if killer.killed >= KILLS:
            break
    people.rotate_all(by=SYSTEM, at=clock.now())
    world.check(known)
    assert not Rotation.objects.filter(finished_at=None).exists()
    assert (
        Entry.objects.filter(kind="keys.people.begun").count()
        == Entry.objects.filter(kind="keys.people.finished").count()
    )


@pytest.mark.django_db(transaction=True)
def test_reads_corrections_erasures_and_a_rotation_of_the_root_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "RESEAL_BATCH", 4)
    known = world.people(40)
    gone, corrected = list(known)[::5], list(known)[1::5]

    def read() -> None:
        for _ in range(20):
            for record in vault.fetch(list(known)).values():
                assert world.open_all(record)

    def erase() -> None:
        for person_id in gone:
            vault_actions.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())

    def correct() -> None:
        for person_id in corrected:
            world.correct(person_id, "city", "Bristol")

    outcomes = at_once([lambda: people.rotate_all(by=SYSTEM, at=clock.now()), read, erase, correct])
    for outcome in outcomes:
        assert not isinstance(outcome, BaseException), outcome
    for person_id in gone:
        del known[person_id]
    world.check(known)
    for person_id in corrected:
        assert "Bristol" in world.open_all(vault.fetch([person_id])[person_id])
