"""Two levels: the provider opens wrapping keys for a short lease, and wrapping keys open people's
keys, here in memory."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Conflict, Unavailable
from aboveboard.keys import actions, queries, ring, wrapping_keys
from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey
from aboveboard.keys.providers import material
from aboveboard.keys.providers.file import RootKeyMissing
from aboveboard.keys.status import status
from aboveboard.keys.wrapping import KeyUnwrapFailed, LocalKey, wrapped_by

pytestmark = pytest.mark.django_db
ANN, BOB = 11, 12


class Counted:
    """A provider that counts how often it is asked, and can be switched off."""

    name = "file:counted"

    def __init__(self) -> None:
        self._root = material.Versions([os.urandom(32)])
        self.asked = 0
        self.away = False

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._root.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self.asked += 1
        if self.away:
            raise RootKeyMissing(file="counted", why="it is away", fix="Wait.")
        return self._root.unwrap(wrapped, context)

    def direct(self, key_id: bytes) -> LocalKey | None:
        return self._root.of(key_id)

    def renew(self) -> str:
        return ""

    def settle(self, kept: Collection[bytes]) -> str:
        return ""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr(ring, "provider", lambda: counted)
    return counted


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Minutes and seconds as the test says."""
    moment = [1000.0]
    monkeypatch.setattr(ring, "monotonic", lambda: moment[0])
    return moment


def add(*people: int) -> None:
    PersonKey.objects.bulk_create(
        PersonKey(person_id=person, wrapped=wrapped)
        for person, _, wrapped in actions.make_person_keys(people)
    )


def test_people_are_wrapped_by_one_wrapping_key_that_the_provider_wrapped() -> None:
    add(ANN, BOB)
    row = WrappingKey.objects.get()
    assert {wrapped_by(bytes(one.wrapped)) for one in PersonKey.objects.all()} == {
        row.key_id.to_bytes(4, "big")
    }
    assert row.provider == settings.current().keys.root
    assert len(set(queries.person_keys([ANN, BOB]).values())) == 2


def test_the_provider_is_asked_once_a_lease_however_many_are_opened(
    provider: Counted, now: list[float]
) -> None:
    add(ANN, BOB)
    for _ in range(50):
        queries.person_keys([ANN, BOB])
    assert provider.asked == 1
    now[0] += settings.current().keys.lease + 0.1
    queries.person_key(ANN)
    assert provider.asked == 2


def test_to_prove_the_keys_each_is_opened_at_the_provider_now(provider: Counted) -> None:
    add(ANN)
    queries.person_key(ANN)
    provider.asked = 0
    state = status()
    state.prove()
    assert (len(state.keys), provider.asked) == (1, 1)
    provider.away = True
    with pytest.raises(Unavailable):
        state.prove()


def test_a_provider_that_is_away_stops_everything_after_the_lease_and_it_recovers_by_itself(
    provider: Counted, now: list[float]
) -> None:
    add(ANN)
    key = queries.person_key(ANN)
    provider.away = True
    now[0] += settings.current().keys.lease + 0.1
    before = provider.asked
    for _ in range(20):
        with pytest.raises(Unavailable, match="it is away"):
            queries.person_key(ANN)
    assert provider.asked == before + 1, "while it is away it is not asked by every request"
    provider.away = False
    now[0] += 1.1
    assert queries.person_key(ANN) == key


def test_one_use_asks_the_database_nothing_more_than_before(provider: Counted) -> None:
    add(ANN)
    wrapped = bytes(PersonKey.objects.get(person_id=ANN).wrapped)
    queries.unwrap_person_key(ANN, wrapped)
    with CaptureQueriesContext(connection) as asked:
        queries.unwrap_person_key(ANN, wrapped)
    assert not asked.captured_queries


def test_what_the_first_version_wrapped_by_the_root_itself_still_opens() -> None:
    root = LocalKey(bytes.fromhex(Path(settings.current().path("root.key")).read_text()))
    PersonKey.objects.create(person_id=ANN, wrapped=root.wrap(b"k" * 32, ring.person_context(ANN)))
    InstanceSecret.objects.create(
        name="index", wrapped=root.wrap(b"s" * 32, ring.secret_context("index"))
    )
    assert queries.person_key(ANN) == b"k" * 32
    assert queries.instance_secret("index") == b"s" * 32
    assert not WrappingKey.objects.exists()
    add(BOB)
    assert WrappingKey.objects.count() == 1
    assert queries.person_key(BOB)


def test_a_wrapping_key_swapped_for_another_does_not_open() -> None:
    add(ANN)
    first = WrappingKey.objects.get()
    wrapping_keys.create([ring.provider()], at=clock.now())
    second = WrappingKey.objects.exclude(id=first.pk).get()
    WrappingKey.objects.filter(id=first.pk).update(wrapped=second.wrapped)
    ring.forget()
    with pytest.raises(KeyUnwrapFailed):
        queries.person_key(ANN)


def test_a_wrapping_key_kept_elsewhere_is_named_with_its_keeper() -> None:
    add(ANN)
    WrappingKey.objects.update(provider="vault:https://vault.example/transit/keys/main")
    ring.forget()
    with pytest.raises(
        ring.WrappingKeyElsewhere, match=r"Set keys.root to vault:https://vault.example"
    ):
        queries.person_key(ANN)


def test_keys_made_before_a_rotation_are_not_stored_after_it() -> None:
    made = actions.make_person_keys([ANN])
    wrapping_keys.lock(wrapped for _, _, wrapped in made)
    WrappingKey.objects.all().delete()
    with pytest.raises(Conflict, match="rotated"):
        wrapping_keys.lock(wrapped for _, _, wrapped in made)


def test_after_a_fork_nothing_is_held(provider: Counted) -> None:
    add(ANN)
    queries.person_key(ANN)
    assert ring._held
    ring.forget()
    assert not ring._held
