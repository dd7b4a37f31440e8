"""A person's handles: kept under their own key, in order, and for nobody else."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys import handles
from aboveboard.keys import queries as keys
from aboveboard.keys.entries_about import is_about
from aboveboard.keys.models import PersonKey
from aboveboard.keys.wrapping import KeyUnwrapFailed
from aboveboard.ledger.actions import append_many
from aboveboard.ledger.format.entry import NewEntry
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions
from tests import world

KEY = bytes(range(32))
some_secrets = st.builds(
    handles.HandleSecret, st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1)
)
some_handles = st.builds(
    handles.PersonHandles,
    some_secrets,
    st.lists(
        st.binary(min_size=16, max_size=16).map(bytes.hex), min_size=1, max_size=5, unique=True
    ).map(tuple),
    st.lists(some_secrets, max_size=3).map(tuple),
)


@given(some_handles, st.integers(0, 2**63 - 1))
def test_what_is_kept_comes_back_in_order(known_as: handles.PersonHandles, person_id: int) -> None:
    back = handles.unseal(person_id, KEY, handles.seal(person_id, KEY, known_as))
    own = handles.HandleSecret(known_as.secret.value)  # its count stands beside it
    assert back == handles.PersonHandles(own, known_as.lasting, known_as.joined)


@given(some_handles, st.data())
def test_one_changed_byte_or_another_person_is_refused(
    known_as: handles.PersonHandles, data: st.DataObject
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
    for wrong in ((), ("00",)):
        with pytest.raises(ValueError, match="at least one"):
            handles.seal(7, KEY, handles.PersonHandles(handles.HandleSecret(KEY), wrong))


def test_a_person_was_never_kept_without_a_handle() -> None:
    """Opened rightly, and of no form that was ever written: refused, and not read as nobody's."""
    own = bytes([1]) + KEY + bytes(8)
    handle = bytes([0]) + bytes(16)
    for version, plain in (
        (1, b""),
        (1, bytes(15)),
        (2, b""),
        (2, own),
        (2, handle),
        (2, own + handle[:-1]),
        (2, own + handle + bytes([2]) + bytes(16)),
    ):
        nonce = bytes(12)
        bound = b"aboveboard/handles/v%d/" % version + (7).to_bytes(8, "big")
        kept = bytes([version]) + nonce + AESGCM(KEY).encrypt(nonce, plain, bound)
        with pytest.raises(KeyUnwrapFailed, match="not whole"):
            handles.unseal(7, KEY, kept)


def test_handles_that_were_kept_before_there_was_a_secret_are_still_read() -> None:
    kept = "ab" * 16, "cd" * 16
    nonce = os.urandom(12)
    bound = b"aboveboard/handles/v1/" + (7).to_bytes(8, "big")
    box = AESGCM(KEY).encrypt(nonce, bytes.fromhex("".join(kept)), bound)
    old = handles.unseal(7, KEY, b"\x01" + nonce + box)
    assert old.lasting == kept
    assert old.secret == handles.handles_of(7, KEY, None, 0).secret, (
        "computed, until the key changes"
    )


@pytest.mark.django_db
def test_a_lasting_handle_still_leads_to_its_entries() -> None:
    ((person_id, _),) = world.load(1)
    computed, key = keys.person_handles(person_id), keys.person_key(person_id)
    assert key is not None
    second = os.urandom(16).hex()
    known_as = handles.PersonHandles(computed.secret, (second, *computed.lasting))
    PersonKey.objects.filter(person_id=person_id).update(
        handles=handles.seal(person_id, key, known_as)
    )
    with transaction.atomic():
        old = append_many(
            [
                NewEntry("use.granted", SYSTEM, clock.now(), handle)
                for handle in (second, *computed.lasting)
            ]
        )
    assert [entry.id for entry in world.entries(person_id)] == old[::-1]
    assert all(is_about(person_id, handle) for handle in (second, *computed.lasting))
    actions.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())
    erased = set(Entry.objects.filter(kind="erasure.done").values_list("handle", flat=True))
    assert {second, *computed.lasting} < erased, "a backup from before knows them so"
    assert len(erased) == 3
    assert world.entries(person_id) == []
