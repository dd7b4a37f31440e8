"""The root key is rotated while everyone goes on: nothing sealed is touched, nothing is
lost, the old key ends."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Unavailable
from aboveboard.keys import limits, queries, ring, wrapping_keys
from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey
from aboveboard.keys.providers.places import provider_at
from aboveboard.keys.rotation import root
from aboveboard.keys.wrapping import LocalKey
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from aboveboard.vault.models import SealedRecord
from tests import world
from tests.keys.rotation.world import check, check_ended, finish_now, people, rotate

pytestmark = pytest.mark.django_db
ROOT = settings.current().path("root.key")


@pytest.fixture(autouse=True)
def _root_key_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The instance's root key is rotated in its file: put it back for the tests that follow."""
    monkeypatch.setattr(limits, "REWRAP_BATCH", 7)
    monkeypatch.setattr(root, "REWRAP_BATCH", 7)
    kept = ROOT.read_bytes()
    yield
    ROOT.write_bytes(kept)
    for one in (*ROOT.parent.glob("root.key.before-*"), *ROOT.parent.glob("other.key*")):
        one.unlink()
    ring.provider.cache_clear()


def test_everything_is_moved_and_nothing_sealed_is_touched() -> None:
    known = people(20)
    before = dict(SealedRecord.objects.values_list("person_id", "boxes"))
    old_file = ROOT.read_text().split()
    seen: list[int] = []
    to_do = finish_now(root.begin(by=SYSTEM, at=clock.now()), watch=seen.append)
    assert seen[-1] == 20
    assert {
        key: bytes(value) for key, value in SealedRecord.objects.values_list("person_id", "boxes")
    } == {key: bytes(value) for key, value in before.items()}
    check(known)
    check_ended(1)
    (new,) = ROOT.read_text().split()
    assert [new] != old_file
    assert "before-" in to_do
    (archived,) = ROOT.parent.glob("root.key.before-*")
    assert archived.read_text().split() == old_file
    assert archived.stat().st_mode & 0o077 == 0
    rotate()
    check(known)
    check_ended(2)


def test_a_secret_made_meanwhile_by_a_process_that_knows_only_the_old_key_is_moved() -> None:
    known = people(8)
    old = wrapping_keys.current()
    name, value = "made-meanwhile", secrets.token_bytes(32)

    def make(done: int) -> None:
        if not InstanceSecret.objects.filter(name=name).exists():
            wrapped = old.wrap(value, ring.secret_context(name))
            InstanceSecret.objects.create(name=name, wrapped=wrapped)

    finish_now(root.begin(by=SYSTEM, at=clock.now()), watch=make)
    assert queries.instance_secret(name) == value
    check(known)
    check_ended(1)


@pytest.mark.parametrize("woken", ["in a batch", "in the lease"])
def test_a_process_that_wakes_after_the_end_wraps_nothing_by_a_key_that_is_gone(
    woken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was stopped, and others ended its rotation and the next one meanwhile."""
    known = people(20)
    rotation = root.begin(by=SYSTEM, at=clock.now())
    turns: list[None] = []

    def others() -> None:
        if not turns:
            turns.append(None)
            rotate()
            rotate()

    with monkeypatch.context() as patch:
        if woken == "in a batch":
            finish_now(rotation, watch=lambda done: others())
        else:
            patch.setattr("aboveboard.keys.rotation.root.time.sleep", lambda seconds: others())
            finish_now(rotation)
    assert turns
    check(known)
    check_ended(2)


def test_what_the_first_version_wrapped_directly_is_moved_too() -> None:
    known = people(3)
    direct = LocalKey(bytes.fromhex(ROOT.read_text().split()[0]))
    for person_id in known:
        key = queries.person_key(person_id)
        assert key is not None
        PersonKey.objects.filter(person_id=person_id).update(
            wrapped=direct.wrap(key, ring.person_context(person_id))
        )
    secret = queries.instance_secret("index")
    for name in InstanceSecret.objects.values_list("name", flat=True):
        wrapped = direct.wrap(queries.instance_secret(name), ring.secret_context(name))
        InstanceSecret.objects.filter(name=name).update(wrapped=wrapped)
    WrappingKey.objects.all().delete()
    check(known)
    rotate()
    check(known)
    check_ended(1)
    assert queries.instance_secret("index") == secret


def test_after_moving_to_another_provider_both_open_until_the_old_one_is_left() -> None:
    known = people(5)
    old = settings.current()
    other = ROOT.with_name("other.key")
    shutil.copy(ROOT, other)
    other.write_text(secrets.token_hex(32))
    to = provider_at("file:other.key", old)
    finish_now(root.begin(to=to, by=SYSTEM, at=clock.now()))
    check(known)  # a process that still has the old setting
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ring, "provider", lambda: to)
        check(known)
        assert root.remove_other_providers(by=SYSTEM, at=clock.now()) == 1
        check(known)
        check_ended(1)
        assert Entry.objects.filter(kind="keys.provider.left").exists()
    ring.forget()
    with pytest.raises(Unavailable, match=r"other\.key"):
        world.handle(next(iter(known)))


def test_nobody_leaves_for_a_provider_that_cannot_open() -> None:
    people(1)
    wrapping_keys.create([provider_at("file:root.key", settings.current())], at=clock.now())
    WrappingKey.objects.filter(id=WrappingKey.objects.order_by("-id")[0].pk).update(
        provider="vault:https://v.example/transit/k"
    )
    with pytest.raises(Conflict, match="cannot open"):
        root.remove_other_providers(by=SYSTEM, at=clock.now())
    assert WrappingKey.objects.count() == 2


def test_one_rotation_at_a_time() -> None:
    people(1)
    rotation = root.begin(by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict, match="under way"):
        root.begin(by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict, match="finish it first"):
        root.remove_other_providers(by=SYSTEM, at=clock.now())
    finish_now(rotation)
    finish_now(rotation)  # two processes may come to the end
    check_ended(1)


def test_a_provider_that_is_away_changes_nothing_and_the_rotation_goes_on_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = people(10)
    rotation = root.begin(by=SYSTEM, at=clock.now())
    hidden = Path(ROOT).rename(ROOT.with_name("other.key"))
    ring.forget()
    with pytest.raises(Unavailable):
        finish_now(rotation)
    hidden.rename(ROOT)
    ring.forget()
    check(known)
    finish_now(rotation)
    check(known)
    check_ended(1)


def test_an_erasure_in_the_middle_is_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    known = people(20)
    rotation = root.begin(by=SYSTEM, at=clock.now())
    erased = list(known)[-1]

    def erase(done: int) -> None:
        if erased in known:
            del known[erased]
            vault_actions.erase(erased, reason="asked", by=SYSTEM, at=clock.now())

    finish_now(rotation, watch=erase)
    assert not PersonKey.objects.filter(person_id=erased).exists()
    check(known)
    check_ended(1)
