"""The stream of a document: what goes in comes out; cut, reordered, repeated, swapped or
changed, nothing of it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.vault.documents.stream import CHUNK_BYTES, AttachmentDamaged, seal, unseal

KEY, OTHER = bytes(range(32)), bytes(32)
LONG = bytes(range(256)) * (CHUNK_BYTES // 128)  # two whole chunks
CHUNKS = list(seal(KEY, [LONG + b"the end"]))


@given(
    st.lists(st.binary(max_size=400), max_size=6),
    st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]),
)
def test_what_goes_in_comes_out_however_it_is_cut(pieces: list[bytes], more: int) -> None:
    whole = [*pieces, b"x" * more]
    assert b"".join(unseal(KEY, seal(KEY, whole))) == b"".join(whole)


def test_chunks_are_of_one_size_and_the_last_is_not_empty() -> None:
    assert [len(chunk) for chunk in seal(KEY, [LONG])] == [CHUNK_BYTES + 16] * 2
    assert [len(chunk) for chunk in seal(KEY, [])] == [16]


@pytest.mark.parametrize(
    ("story", "chunks"),
    [
        ("nothing", []),
        ("the last chunk cut off", CHUNKS[:-1]),
        ("only the first chunk", CHUNKS[:1]),
        ("the first chunk cut off", CHUNKS[1:]),
        ("two chunks in each other's place", [CHUNKS[1], CHUNKS[0], CHUNKS[2]]),
        ("a chunk repeated", [CHUNKS[0], CHUNKS[0], *CHUNKS[1:]]),
        ("a chunk left out", [CHUNKS[0], CHUNKS[2]]),
        ("the last chunk repeated", [*CHUNKS, CHUNKS[-1]]),
        ("a chunk cut short", [CHUNKS[0][:-1], *CHUNKS[1:]]),
        ("the last chunk cut short", [*CHUNKS[:-1], CHUNKS[-1][:-1]]),
        ("less than a tag", [b"short"]),
        ("a chunk of another document", [next(seal(OTHER, [LONG + b"x"])), *CHUNKS[1:]]),
        ("two chunks in one row", [CHUNKS[0] + CHUNKS[1], CHUNKS[2]]),
    ],
)
def test_is_refused(story: str, chunks: list[bytes]) -> None:
    with pytest.raises(AttachmentDamaged):
        list(unseal(KEY, chunks))


@given(st.integers(0, 2), st.integers(0, 22), st.integers(1, 255))
def test_one_changed_byte_is_refused(which: int, at: int, flip: int) -> None:
    chunk = bytearray(CHUNKS[which])
    chunk[at] ^= flip
    with pytest.raises(AttachmentDamaged):
        list(unseal(KEY, [*CHUNKS[:which], bytes(chunk), *CHUNKS[which + 1 :]]))


def test_nothing_of_a_chunk_is_given_before_it_was_found_whole() -> None:
    content = unseal(KEY, [CHUNKS[0], CHUNKS[2], CHUNKS[1]])
    assert next(content) == LONG[:CHUNK_BYTES]
    with pytest.raises(AttachmentDamaged):
        next(content)
