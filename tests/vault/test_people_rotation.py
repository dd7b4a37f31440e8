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
from aboveboard.identity.models import MergedPerson
from aboveboard.keys.models import PersonKey, Rotation
from aboveboard.keys.queries import person_handles, person_key
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault import record_format, sealed
from aboveboard.vault.models import SealedRecord
from aboveboard.vault.origin import of_promise
from aboveboard.vault.rekeying import people
from tests.concurrency.crew import at_once
from tests.crash.killing import KILLS, Killer
from tests.keys.rotation import world
from tests.world import entries


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
    with pytest.raises(sealed.RecordDamaged):
        record_format.open_record(AESGCM(old), ann, record._record)
    for name, box in record_format.open_record(AESGCM(record._key), ann, record._record).items():
        with pytest.raises(sealed.RecordDamaged):
            sealed.unseal(AESGCM(old), ann, name, box)
    assert len(entries(ann, "key.rotated")) == 2
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
def test_of_two_processes_at_one_rotation_one_says_that_it_is_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = world.people(5)
    monkeypatch.setattr(people, "RESEAL_BATCH", 2)
    others: list[int] = []

    def meanwhile(done: int) -> None:
        """Another process goes on with it, to the end."""
        if not others:
            others.append(0)
            others.append(people.rotate_all(by=SYSTEM, at=clock.now()))

    assert people.rotate_all(by=SYSTEM, at=clock.now(), progress=meanwhile) == 5
    assert others == [0, 5]
    world.check(known)
    for kind in ("keys.people.begun", "keys.people.finished"):
        assert Entry.objects.filter(kind=kind).count() == 1


@pytest.mark.django_db
def test_two_who_are_one_stay_one_and_can_be_two_again() -> None:
    known = world.people(2)
    ann, bob = known
    before = {person: world.open_all(record) for person, record in vault.fetch([ann, bob]).items()}
    merged = merging.merge(ann, bob, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())
    wrapped = bytes(PersonKey.objects.get(person_id=bob).wrapped)
    both = person_handles(ann)
    assert people.rotate_all(by=SYSTEM, at=clock.now()) == 1
    world.rotate()
    assert person_handles(ann) == both
    assert [secret.handle(0) for secret in both.secrets] == [known[ann], known[bob]]
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", [b"\x01", b"\x02"])
def test_records_of_earlier_formats_are_read_counted_and_migrated_and_it_goes_on(
    version: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "RESEAL_BATCH", 3)
    known = world.people(9)
    merged = merging.merge(
        *list(known)[:2], chosen={}, reference="case/1", by=SYSTEM, at=clock.now()
    )
    row = MergedPerson.objects.get(id=merged.id)
    held = [person for person in known if person != row.merged_id]
    for record in vault.fetch(held).values():
        stored = _of_format(version, record.person_id, record._key, record._record)
        SealedRecord.objects.filter(person_id=record.person_id).update(boxes=stored)
    key = person_key(row.merged_id)
    assert key is not None
    row.merged_boxes = _of_format(version, row.merged_id, key, bytes(row.merged_boxes or b""))
    row.replaced_boxes = _of_format(version, row.person_id, key, bytes(row.replaced_boxes or b""))
    row.save()
    assert vault.records_to_migrate() == len(held) == 8
    values = {person: world.open_all(record) for person, record in vault.fetch(held).items()}

    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        people.rotate_all(by=SYSTEM, at=clock.now(), progress=stop)
    assert vault.records_to_migrate() == 5, "the batch before is done, the rest is as it was"
    people.rotate_all(by=SYSTEM, at=clock.now())
    assert vault.records_to_migrate() == 0
    row.refresh_from_db()
    for boxes in (row.merged_boxes, row.replaced_boxes):
        assert bytes(boxes or b"")[:1] == record_format.VERSION
    assert values == {
        person: world.open_all(record) for person, record in vault.fetch(held).items()
    }
    merging.split(merged.id, kinds=world.kinds(), reference="case/2", by=SYSTEM, at=clock.now())
    assert all(world.open_all(record) for record in vault.fetch(list(known)).values())


def _of_format(version: bytes, person_id: int, key: bytes, record: bytes) -> bytes:
    """Return a record as an earlier version of the product wrote it, with its values."""
    cipher = AESGCM(key)
    boxes = record_format.open_record(cipher, person_id, record)
    if version == b"\x02":
        return sealed.encode(boxes)
    parts = [version]
    for name, box in sorted(boxes.items()):
        origin = of_promise(box.origin.promise_serial)
        value = sealed.unseal(cipher, person_id, name, box)
        again = sealed.seal(cipher, person_id, name, origin, value).sealed
        parts += (
            bytes([len(name)]),
            name.encode(),
            origin.promise_serial.to_bytes(4, "big"),
            len(again).to_bytes(4, "big"),
            again,
        )
    return b"".join(parts)
