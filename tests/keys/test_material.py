"""Root keys as text: what is read and written back, and which nobody should use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.keys.providers import material
from aboveboard.keys.providers.material import RootKeyMalformed, RootKeyVersions, is_guessable
from aboveboard.keys.wrapping import LocalKey

RANDOM = bytes.fromhex("8d1f0ae37795c42b60f9d2c8113e5ab6ffa4709c2e6bd8541703c9eab85d2f46")


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4))
def test_keys_that_were_written_are_read_in_their_order(keys: list[bytes]) -> None:
    assert material.read(material.write(keys)) == keys


@given(st.integers(1, 16), st.data())
def test_a_pattern_is_guessable_whatever_its_length(length: int, data: st.DataObject) -> None:
    part = data.draw(st.binary(min_size=length, max_size=length))
    assert is_guessable((part * 32)[:32])


@given(st.text("0123456789abcdef", min_size=1, max_size=16))
def test_digits_typed_again_and_again_are_guessable(typed: str) -> None:
    (key,) = material.read((typed * 64)[:64])
    assert is_guessable(key)


@given(st.integers(0, 255), st.integers(0, 255))
def test_counting_up_or_down_by_any_step_is_guessable(first: int, step: int) -> None:
    assert is_guessable(bytes((first + step * place) % 256 for place in range(32)))


@pytest.mark.parametrize("place", [0, 15, 16, 31])
def test_a_pattern_with_one_byte_of_its_own_is_not_one(place: int) -> None:
    assert not is_guessable(RANDOM)
    assert not is_guessable(RANDOM[:17] + RANDOM[:15]), "more than half of it is its own"
    for pattern in (RANDOM[:16] * 2, bytes(range(32)), bytes(32)):
        spoiled = bytearray(pattern)
        spoiled[place] ^= 0x5A
        assert not is_guessable(bytes(spoiled))


def test_nothing_new_is_put_under_an_example_and_what_is_there_still_opens() -> None:
    example = bytes(32)
    versions = RootKeyVersions([example, RANDOM])
    with pytest.raises(RootKeyMalformed, match="anybody could guess"):
        versions.wrap(RANDOM, b"x")
    old = LocalKey(example).wrap(RANDOM, b"x")
    assert versions.unwrap(old, b"x") == RANDOM
