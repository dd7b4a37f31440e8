"""The Merkle tree of RFC 6962, section 2.1: hashes, proofs, and the verification of proofs.

Pure. A hash is 32 bytes. A *subtree* is the range of leaves ``[start, end)`` where
``start`` is a multiple of the least power of two not below ``end - start``, so that the
range is a node of every larger tree (draft-ietf-plants-merkle-tree-certs, "Subtrees"). A
tree of size n is the subtree [0, n).

Proofs are given as the ranges whose roots make them up, so that the same rule serves a list of
leaves in memory and tiles on a disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from aboveboard.basics.errors import Invalid

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Range = tuple[int, int]

_sha256 = hashlib.sha256


class ProofRefused(Invalid):
    """The proof does not hold: {found}."""

    code = "proof_refused"
    next_step = ""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf: SHA-256(0x00 || data)."""
    # The first byte keeps leaves and nodes apart (RFC 6962, 2.1): else 64 bytes that look like two
    # hashes could pass as an entry.
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root above ``hashes``: leaf hashes, or roots of complete subtrees of one size.

    The last may also be the root of a smaller subtree: pairing from the left and carrying an odd
    one up builds the same tree as RFC 6962's split at the largest power of two.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [
            _sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        if len(level) & 1:
            paired.append(level[-1])
        level = paired
    return level[0]


class CompactRange:
    """The roots of the complete subtrees that make up the first ``size``
    leaves; log2(size) hashes."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots, the largest subtree's first: one for each bit of the size that is set."""
        return tuple(self._peaks)

    def append(self, hash_: bytes, height: int = 0) -> None:
        """Add one leaf hash; or the root of ``2**height`` leaves, where the size
        is a multiple of that."""
        self.size += 1 << height
        # As a binary counter: each time a bit carries, two subtrees of one size become one.
        carry = self.size >> height
        while not carry & 1:
            hash_ = node_hash(self._peaks.pop(), hash_)
            carry >>= 1
        self._peaks.append(hash_)

    def root(self) -> bytes:
        """Return the root of the tree of the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def split(size: int) -> int:
    """Return the largest power of two below ``size`` (which is at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def is_subtree(start: int, end: int) -> bool:
    """Whether ``[start, end)`` is a non-empty subtree."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def inclusion_ranges(index: int, start: int, end: int) -> list[Range]:
    """Return the ranges whose roots prove leaf ``index`` in
    ``[start, end)``, from the leaf upwards.

    Raises:
        ValueError: the leaf is not inside, or the range is not a subtree.
    """
    if not is_subtree(start, end) or not start <= index < end:
        raise ValueError("the leaf is not inside the subtree")
    ranges: list[Range] = []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(start: int, end: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove that ``[start, end)`` is part of the tree of ``size``.

    With ``start == 0`` this is RFC 6962's consistency proof between the trees
    of ``end`` and ``size``.

    Raises:
        ValueError: the range is not a subtree, or reaches beyond the tree.
    """
    if not is_subtree(start, end) or end > size:
        raise ValueError("not a subtree of this tree")
    ranges: list[Range] = []
    low, high, known = 0, size, True
    while (low, high) != (start, end):
        middle = low + split(high - low)
        if end <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            # The subtree spans the split, so it starts at `low`: prove its right part.
            if start < middle:
                start, known = middle, False
            low = middle
    if not known:
        ranges.append((low, high))
    return ranges[::-1]


def verify_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` (a leaf hash) is leaf ``index`` of the subtree
    ``[start, end)`` with ``root``.

    RFC 9162, section 2.1.3.2, with positions counted from ``start``.

    Raises:
        ProofRefused: it is not, or the proof is not of the right shape.
    """
    if not is_subtree(start, end) or not start <= index < end:
        raise ProofRefused(found="the leaf is not inside the subtree")
    _check_hashes([leaf, *proof])
    position, last, hash_ = index - start, end - start - 1, leaf
    for sibling in proof:
        # The length of a proof follows from place and size. One that is longer or shorter is
        # refused, or a proof could be padded until it fits.
        if last == 0:
            raise ProofRefused(found="it is too long")
        if position & 1 or position == last:
            hash_ = node_hash(sibling, hash_)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofRefused(found="it is too short")
    if hash_ != root:
        raise ProofRefused(found="it leads to another root")


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the tree of ``size1`` with ``root1`` is a prefix of the tree of
    ``size2`` with ``root2``.

    Raises:
        ProofRefused: it is not; or ``size1`` is zero, from which nothing can be proved.
    """
    if size1 < 1:
        raise ProofRefused(
            found="an empty tree is consistent with every tree, so it proves nothing"
        )
    verify_subtree_consistency(0, size1, size2, proof, root1, root2)


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree_root: bytes, root: bytes
) -> None:
    """Check that the subtree ``[start, end)`` with ``subtree_root`` is part of the tree
    of ``size`` with ``root``.

    draft-ietf-plants-merkle-tree-certs, "Verifying a Subtree Consistency Proof". An empty range
    holds trivially when its root is that of an empty tree.

    Raises:
        ProofRefused: it is not, or the proof is not of the right shape.
    """
    if start == end and 0 <= start <= size:
        if proof or subtree_root != EMPTY_ROOT:
            raise ProofRefused(found="an empty subtree has the root of nothing and an empty proof")
        return
    if not is_subtree(start, end) or end > size:
        raise ProofRefused(found="this is not a subtree of the tree")
    _check_hashes(proof)
    first, last, tree_last = start, end - 1, size - 1
    # Climb to the highest node that lies wholly inside the subtree and ends where the subtree ends.
    flush = last == tree_last
    while first != last and (flush or last & 1):
        first, last, tree_last = first >> 1, last >> 1, tree_last >> 1
    rest = list(proof)
    if first == last:
        seed = subtree_root
    elif rest:
        seed = rest.pop(0)
    else:
        raise ProofRefused(found="it is too short")
    in_subtree = in_tree = seed
    for sibling in rest:
        if tree_last == 0:
            raise ProofRefused(found="it is too long")
        if last & 1 or last == tree_last:
            if first < last:
                in_subtree = node_hash(sibling, in_subtree)
            in_tree = node_hash(sibling, in_tree)
            while not last & 1:
                first, last, tree_last = first >> 1, last >> 1, tree_last >> 1
        else:
            in_tree = node_hash(in_tree, sibling)
        first, last, tree_last = first >> 1, last >> 1, tree_last >> 1
    if tree_last:
        raise ProofRefused(found="it is too short")
    if in_subtree != subtree_root:
        raise ProofRefused(found="it leads to another root of the subtree")
    if in_tree != root:
        raise ProofRefused(found="it leads to another root")


def _check_hashes(proof: Sequence[bytes]) -> None:
    if any(len(hash_) != HASH_BYTES for hash_ in proof):
        raise ProofRefused(found="a hash in it is not 32 bytes long")
