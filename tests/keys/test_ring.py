"""Two levels: the provider opens wrapping keys for a short lease, and wrapping keys open people's
keys, here in memory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from datetime import timedelta
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
        self._root = material.RootKeyVersions([os.urandom(32)])
        self.asked = 0
        self.away = False

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._root.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self.asked += 1
        if self.away:
            raise RootKeyMissing(file="counted", why="it is away", fix="Wait.")
        return self._root.unwrap(wrapped, context)

    def local_key(self, key_id: bytes) -> LocalKey | None:
        return self._root.find(key_id)

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
    wrapping_keys.lock([root.wrap(b"k" * 32, b"")])  # no row to lock, and no reason to refuse


def test_a_wrapping_key_swapped_for_another_does_not_open() -> None:
    add(ANN)
    first = WrappingKey.objects.get()
    wrapping_keys.create([ring.provider()], at=clock.now())
    second = WrappingKey.objects.exclude(id=first.pk).get()
    WrappingKey.objects.filter(id=first.pk).update(wrapped=second.wrapped)
    ring.forget()
    with pytest.raises(KeyUnwrapFailed):
        queries.person_key(ANN)


def test_no_two_keys_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four bytes name a key, so that two may meet, of wrapping keys or with the root's own: then
    another is taken."""
    root = bytes.fromhex(Path(settings.current().path("root.key")).read_text())
    other, third = b"o" * 32, b"t" * 32
    drawn = iter([other, other, root, third])
    random = os.urandom
    monkeypatch.setattr(os, "urandom", lambda n: next(drawn) if n == 32 else random(n))
    made = [wrapping_keys.create([ring.provider()], at=clock.now()).id for _ in range(2)]
    assert made == [LocalKey(other).id, LocalKey(third).id]
    assert next(drawn, None) is None
    assert WrappingKey.objects.count() == 2


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


def test_where_nothing_was_wrapped_nothing_is_asked(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        wrapping_keys.lock([])
    assert not asked.captured_queries, "PostgreSQL takes no list of nothing"


def test_after_a_fork_nothing_is_held(provider: Counted) -> None:
    add(ANN)
    queries.person_key(ANN)
    assert ring._held
    ring.forget()
    assert not ring._held


def keep(provider: Counted, name: str, *, of: WrappingKey, spoiled: bool = False) -> None:
    """Keep another copy of a wrapping key, wrapped under a name of a provider."""
    wrapped = bytearray(of.wrapped)
    wrapped[-1] ^= spoiled
    WrappingKey.objects.create(
        key_id=of.key_id, provider=name, wrapped=bytes(wrapped), made_at=of.made_at
    )


def test_a_copy_under_a_name_that_the_provider_had_before_opens(provider: Counted) -> None:
    add(ANN)
    key = WrappingKey.objects.get()
    WrappingKey.objects.filter(pk=key.pk).update(provider="file:moved")
    ring.forget()
    assert queries.person_key(ANN)
    keep(provider, provider.name, of=key)
    WrappingKey.objects.filter(provider="file:moved").update(wrapped=b"rubbish")
    ring.forget()
    assert queries.person_key(ANN), "the copy under the present name is the one that counts"


def test_a_copy_under_the_present_name_that_does_not_open_is_not_passed_over(
    provider: Counted,
) -> None:
    add(ANN)
    key = WrappingKey.objects.get()
    WrappingKey.objects.filter(pk=key.pk).update(provider="file:before")
    keep(provider, provider.name, of=key, spoiled=True)
    ring.forget()
    with pytest.raises(KeyUnwrapFailed):
        queries.person_key(ANN)


def test_a_copy_that_no_name_of_the_provider_opens_is_said_to_be_elsewhere(
    provider: Counted,
) -> None:
    add(ANN)
    WrappingKey.objects.update(provider="file:before", wrapped=b"rubbish")
    ring.forget()
    with pytest.raises(ring.WrappingKeyElsewhere, match="is kept by file:before"):
        queries.person_key(ANN)


def test_two_who_need_one_key_at_once_ask_the_provider_once(
    provider: Counted, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ANN)
    queries.person_key(ANN)
    (key_id,) = ring._held
    over, checked = now[0] + settings.current().keys.lease + 1, threading.Event()

    def monotonic() -> float:
        if threading.current_thread() is second:
            checked.set()
            return over if ring._asking.locked() and not fetched.is_set() else now[0]
        return now[0]

    fetched, answers = threading.Event(), list[LocalKey]()
    second = threading.Thread(target=lambda: answers.append(ring.wrapping_key(key_id)))
    monkeypatch.setattr(ring, "monotonic", monotonic)
    with ring._asking:  # the first of the two asks
        second.start()
        assert checked.wait(10)
        time.sleep(0.01)
        fetched.set()
    second.join(10)
    assert [key.id for key in answers] == [key_id]
    assert provider.asked == 1


def test_a_root_key_proves_itself_by_what_it_opens() -> None:
    ours = LocalKey(bytes.fromhex(settings.current().path("root.key").read_text().split()[0]))
    stranger = LocalKey(os.urandom(32))
    assert not ring.is_root_key_here(ours), "nothing is wrapped yet"
    add(ANN)
    assert ring.is_root_key_here(ours)
    assert not ring.is_root_key_here(stranger)
    WrappingKey.objects.create(
        key_id=1,
        provider="file:root.key",
        wrapped=stranger.wrap(os.urandom(32), ring.wrapping_context((1).to_bytes(4, "big"))),
        made_at=clock.now(),
    )
    assert not ring.is_root_key_here(stranger), "it opens a key of another name than the row has"
    assert ring.is_root_key_here(ours)
    WrappingKey.objects.update(provider="vault:https://vault.example/transit/keys/main")
    assert not ring.is_root_key_here(ours), "a file proves nothing about what a service keeps"
    InstanceSecret.objects.create(name="a", wrapped=b"rubbish")
    assert not ring.is_root_key_here(ours)
    InstanceSecret.objects.create(name="b", wrapped=ours.wrap(b"s" * 32, ring.secret_context("b")))
    assert ring.is_root_key_here(ours), "the first version wrapped by it directly"
    assert not ring.is_root_key_here(stranger)


def test_the_root_key_is_tried_before_anything_needs_it(provider: Counted) -> None:
    queries.check_root_key()
    assert WrappingKey.objects.count() == 1, "where there is nothing to open, it must wrap"
    queries.instance_secret("index")
    assert queries.secret_names() == ["index"]
    ring.forget()
    provider.asked = 0
    queries.check_root_key()
    assert provider.asked == 1
    InstanceSecret.objects.create(name="spoiled", wrapped=b"rubbish")
    with pytest.raises(KeyUnwrapFailed):
        queries.check_root_key()
    InstanceSecret.objects.filter(name="spoiled").delete()
    ring.forget()
    provider.away = True
    with pytest.raises(Unavailable, match="it is away"):
        queries.check_root_key()


def test_a_secret_that_must_have_been_there_is_not_made_anew(provider: Counted) -> None:
    with pytest.raises(queries.SecretMissing, match="sealing"):
        queries.instance_secret("sealing", make=False)
    assert not InstanceSecret.objects.exists()
    secret = queries.instance_secret("sealing")
    queries.instance_secret("signing")
    queries.forget()
    assert queries.instance_secret("sealing", make=False) == secret
    assert queries.secret_names("sea") == ["sealing"]
    assert actions.destroy_secrets(["sealing", "unknown"]) == 1
    assert queries.secret_names() == ["signing"]


def test_the_state_of_the_keys_names_every_provider_that_opens_them(provider: Counted) -> None:
    add(ANN, BOB)
    first = WrappingKey.objects.get()
    keep(provider, "vault:https://v.example/transit/k", of=first)
    direct = provider._root.wrap(b"k" * 32, ring.person_context(13))
    PersonKey.objects.create(person_id=13, wrapped=direct)
    assert queries.other_providers() == ["vault:https://v.example/transit/k"]
    state = status()
    (key,) = state.keys
    assert (state.provider, state.direct, state.under_way) == (provider.name, 1, ())
    assert (key.people, key.in_use) == (2, True)
    assert key.providers == (provider.name, "vault:https://v.example/transit/k")
    state_json = state.as_json(first.made_at + timedelta(days=3))
    assert state_json["keys"] == [
        {
            "key_id": first.key_id.to_bytes(4, "big").hex(),
            "people": 2,
            "made_at": first.made_at,
            "in_use": True,
            "providers": key.providers,
            "days": 3,
        }
    ]
    assert state_json["lease"] == settings.current().keys.lease
    assert (state_json["wrapped_by_root"], state_json["under_way"]) == (1, [])
    WrappingKey.objects.filter(pk=first.pk).update(retired_at=clock.now())
    assert status().keys[0].in_use, "one copy wraps still"
    WrappingKey.objects.update(retired_at=clock.now())
    assert not status().keys[0].in_use
