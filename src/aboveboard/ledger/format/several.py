"""One proof for several leaves of an RFC 6962 tree.

The tree is walked from its root. A subtree that holds none of the leaves is given as its hash; one
that holds some is walked further. The hashes stand in the order of that walk, left before right, so
a proof has one form and no more hashes than are needed. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from aboveboard.ledger.format.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    ProofRefused,
    Range,
    node_hash,
    split,
)


def ranges_beside(positions: Sequence[int], start: int, end: int) -> Iterator[Range]:
    """Yield the ranges whose roots prove the leaves at ``positions`` (ascending, each once) in the
    subtree ``[start, end)``, in the order of the proof."""
    low, high = bisect_left(positions, start), bisect_left(positions, end)
    if low == high:
        if start < end:
            yield start, end
    elif end - start > 1:
        middle = start + split(end - start)
        yield from ranges_beside(positions[low:high], start, middle)
        yield from ranges_beside(positions[low:high], middle, end)


def root_with(leaves: Mapping[int, bytes], size: int, hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree of ``size`` in which these leaves (position to leaf hash) stand
    beside the hashes of the proof.

    Raises:
        ProofRefused: a leaf is outside the tree, or the proof has not exactly the hashes needed.
    """
    positions = sorted(leaves)
    if any(not 0 <= position < size for position in positions):
        raise ProofRefused(found="a leaf is not inside the tree")
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofRefused(found="a hash in it is not 32 bytes long")
    rest = iter(hashes)

    def root(low: int, high: int, start: int, end: int) -> bytes:
        if low == high:
            if (given := next(rest, None)) is None:
                raise ProofRefused(found="it is too short")
            return given
        if end - start == 1:
            return leaves[start]
        middle = start + split(end - start)
        cut = bisect_left(positions, middle, low, high)
        return node_hash(root(low, cut, start, middle), root(cut, high, middle, end))

    made = root(0, len(positions), 0, size) if size else EMPTY_ROOT
    if next(rest, None) is not None:
        raise ProofRefused(found="it is too long")
    return made
