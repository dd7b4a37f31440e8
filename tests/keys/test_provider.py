"""A wrapped key opens for its person, under its root key, unchanged — and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.keys.provider import KeyUnwrapFailed, LocalRootKey, RootKeyMissing, from_file

ROOT = LocalRootKey(bytes(range(32)))
keys = st.binary(min_size=32, max_size=32)


@given(keys, st.binary(max_size=64))
def test_what_is_wrapped_unwraps(key: bytes, context: bytes) -> None:
    assert ROOT.unwrap(ROOT.wrap(key, context), context) == key


@given(keys, st.integers(0, 64), st.integers(1, 255))
def test_one_changed_byte_is_refused(key: bytes, at: int, flip: int) -> None:
    wrapped = bytearray(ROOT.wrap(key, b"x"))
    wrapped[at] ^= flip
    with pytest.raises(KeyUnwrapFailed):
        ROOT.unwrap(bytes(wrapped), b"x")


def test_the_key_of_another_person_is_refused() -> None:
    with pytest.raises(KeyUnwrapFailed):
        ROOT.unwrap(ROOT.wrap(bytes(32), b"person 1"), b"person 2")


def test_another_root_key_is_named_as_the_cause() -> None:
    with pytest.raises(KeyUnwrapFailed, match="another root key"):
        LocalRootKey(bytes(32)).unwrap(ROOT.wrap(bytes(32), b""), b"")


@given(st.binary(max_size=80).filter(lambda blob: len(blob) != 65))
def test_bytes_of_another_length_are_refused(blob: bytes) -> None:
    with pytest.raises(KeyUnwrapFailed):
        ROOT.unwrap(blob, b"")


@pytest.mark.parametrize(
    ("story", "text", "mode", "says"),
    [
        ("others may read it", "00" * 32, 0o644, "other users"),
        ("a group may read it", "00" * 32, 0o640, "other users"),
        ("it is too short", "00" * 16, 0o600, "64 hex digits"),
        ("it is not hex", "zz" * 32, 0o600, "64 hex digits"),
    ],
)
def test_a_root_key_file_is_refused_when(story: str, text: str, mode: int, says: str, tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(RootKeyMissing, match=says):
        from_file(file)


def test_a_missing_root_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RootKeyMissing, match="safekeeping"):
        from_file(tmp_path / "root.key")
