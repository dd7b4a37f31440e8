"""Sessions and sealing: readable by the cookie's owner and this instance, by nobody who
only has the database."""

from __future__ import annotations

import base64
from collections.abc import Generator

import pytest
from django.contrib.sessions.models import Session
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.accounts import sealing
from aboveboard.accounts.sealing import BoxDamaged
from aboveboard.accounts.sessions import SessionStore, row_key


@pytest.mark.django_db
class TestSession:
    """The store that Django uses."""

    def saved(self, **values: object) -> SessionStore:
        session = SessionStore()
        session.update(values)
        session.save()
        return session

    def test_what_is_kept_comes_back(self) -> None:
        key = self.saved(email="jon24@adventure-works.com").session_key
        assert SessionStore(key)["email"] == "jon24@adventure-works.com"

    def test_the_row_holds_neither_the_cookie_nor_the_data(self) -> None:
        session = self.saved(email="jon24@adventure-works.com")
        row = Session.objects.get()
        assert row.session_key == row_key(session.session_key)
        assert session.session_key is not None
        assert session.session_key not in row.session_key + row.session_data
        assert b"jon24" not in base64.b64decode(row.session_data)

    def test_the_row_key_is_no_cookie(self) -> None:
        self.saved(a=1)
        assert SessionStore(Session.objects.get().session_key).load() == {}

    def test_data_moved_to_another_row_does_not_open(self) -> None:
        rich, poor = self.saved(who="rich"), self.saved(who="poor")
        data = Session.objects.get(session_key=row_key(rich.session_key)).session_data
        Session.objects.filter(session_key=row_key(poor.session_key)).update(session_data=data)
        assert SessionStore(poor.session_key).load() == {}

    @pytest.mark.parametrize(
        "data", ["", "AAAA", "not base64 at all", base64.b64encode(b"x" * 60).decode()]
    )
    def test_damaged_data_is_an_empty_session(self, data: str) -> None:
        session = self.saved(a=1)
        Session.objects.update(session_data=data)
        assert SessionStore(session.session_key).load() == {}

    def test_the_other_ways_of_the_store(self) -> None:
        session = self.saved(a=1)
        old = session.session_key
        assert old is not None
        assert session.exists(old)
        session.cycle_key()
        assert not session.exists(old)
        assert session["a"] == 1
        session.save()
        session.delete()
        assert not Session.objects.exists()
        session.delete(old)

    def test_a_session_that_is_over_is_gone(self) -> None:
        session = self.saved(a=1)
        session.set_expiry(-1)
        session.save()
        assert SessionStore(session.session_key).load() == {}


@pytest.fixture(autouse=True)
def _own_secret(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Give the instance a secret without a database."""
    monkeypatch.setattr(sealing, "instance_secret", lambda name: b"\x01" * 32)
    sealing.forget()
    yield
    sealing.forget()


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_is_sealed_opens_for_what_it_belongs_to(plaintext: bytes, owner: bytes) -> None:
    box = sealing.seal("test", plaintext, belongs_to=owner)
    assert len(box) == 12 + len(plaintext) + 16
    assert sealing.unseal("test", box, belongs_to=owner) == plaintext
    with pytest.raises(BoxDamaged):
        sealing.unseal("test", box, belongs_to=owner + b"x")
    with pytest.raises(BoxDamaged):
        sealing.unseal("other", box, belongs_to=owner)


@given(st.integers(min_value=0, max_value=12 + 5 + 16 - 1), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_does_not_open(place: int, change: int) -> None:
    box = bytearray(sealing.seal("test", b"hello"))
    box[place] ^= change
    with pytest.raises(BoxDamaged):
        sealing.unseal("test", bytes(box))


@given(st.binary(max_size=40))
def test_what_is_too_short_to_be_a_box_does_not_open(box: bytes) -> None:
    with pytest.raises(BoxDamaged):
        sealing.unseal("test", box)


def test_the_same_text_is_never_the_same_box() -> None:
    assert sealing.seal("test", b"hello") != sealing.seal("test", b"hello")


def test_another_secret_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    box = sealing.seal("test", b"hello")
    monkeypatch.setattr(sealing, "instance_secret", lambda name: b"\x02" * 32)
    assert sealing.unseal("test", box) == b"hello"  # remembered by the process
    sealing.forget()
    with pytest.raises(BoxDamaged):
        sealing.unseal("test", box)


def test_keys_of_the_cache_say_nothing() -> None:
    key = sealing.cache_key("allauth:rl:login:ip:127.0.0.1", "", 1)
    assert len(key) == 64
    assert "127.0.0.1" not in key
    assert key != sealing.cache_key("allauth:rl:login:ip:127.0.0.2", "", 1)
