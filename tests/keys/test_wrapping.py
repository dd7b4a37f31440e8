"""A wrapped key opens for its person, under its wrapping key, unchanged — and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
