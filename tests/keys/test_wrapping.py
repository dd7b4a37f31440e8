"""A wrapped key opens for its person, under its wrapping key, unchanged — and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.keys import ring
from aboveboard.keys.wrapping import WRAPPED_BYTES, KeyUnwrapFailed, LocalKey, wrapped_by

WRAPPING = LocalKey(bytes(range(32)))
keys = st.binary(min_size=32, max_size=32)


@given(keys, st.binary(max_size=64))
def test_what_is_wrapped_unwraps_and_names_its_wrapping_key(key: bytes, context: bytes) -> None:
    wrapped = WRAPPING.wrap(key, context)
    assert WRAPPING.unwrap(wrapped, context) == key
    assert wrapped_by(wrapped) == WRAPPING.id


@given(keys, st.integers(0, WRAPPED_BYTES - 1), st.integers(1, 255))
def test_one_changed_byte_is_refused(key: bytes, at: int, flip: int) -> None:
    wrapped = bytearray(WRAPPING.wrap(key, b"x"))
    wrapped[at] ^= flip
    with pytest.raises(KeyUnwrapFailed):
        WRAPPING.unwrap(bytes(wrapped), b"x")


def test_the_key_of_another_person_is_refused() -> None:
    with pytest.raises(KeyUnwrapFailed):
        WRAPPING.unwrap(WRAPPING.wrap(bytes(32), b"person 1"), b"person 2")


def test_another_wrapping_key_is_named_as_the_cause() -> None:
    with pytest.raises(KeyUnwrapFailed, match="another root key"):
        LocalKey(bytes(32)).unwrap(WRAPPING.wrap(bytes(32), b""), b"")


@given(st.binary(max_size=2 * WRAPPED_BYTES))
def test_any_other_bytes_are_refused_with_a_reason(blob: bytes) -> None:
    with pytest.raises(KeyUnwrapFailed):
        WRAPPING.unwrap(blob, b"")


@pytest.mark.parametrize(
    ("context", "box"),
    [
        (
            ring.person_context(7),
            "0b385c153e4d39cf474acf3990fb58590ca4bc609bfc77e9ca3779f451c661ff812d672b1e53e385bb42148828"
            "8e0f0520",
        ),
        (
            ring.secret_context("index"),
            "0b7610c82d20e40833a8bdff6ed4b586113a737beda9b68d98f0d39543fdb5d58faf3fa02b51bda9b968bf9325"
            "c1d3788c",
        ),
        (
            ring.wrapping_context(bytes([1, 2, 3, 4])),
            "0bb7294ef7506b31958221cec0e313ce68a6b5faf1b5c4790f48ad2fa06469e94b21898236617ad3f6d69e4409"
            "da1ba3e8",
        ),
    ],
    ids=["of a person", "a secret of the instance", "a wrapping key"],
)
def test_what_databases_and_backups_hold_is_opened_by_every_later_version(
    context: bytes, box: str
) -> None:
    """Vectors: made by AES-256-GCM-SIV of ``cryptography`` from the description in the module."""
    wrapped = bytes.fromhex("019d43b78f000102030405060708090a" + box)
    assert WRAPPING.unwrap(wrapped, context) == b"k" * 32
