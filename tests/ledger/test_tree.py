"""Proofs hold exactly when they should: held against the definition in RFC 6962, and
against public vectors."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aboveboard.ledger.format import tree
from aboveboard.ledger.format.tiles import WIDTH, Edge, HashReader, Tile, decode_hashes
from aboveboard.ledger.format.tree import ProofRefused, Range, leaf_hash, node_hash

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(700)]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else tree.EMPTY_ROOT
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(root_by_definition(leaves[:k]), root_by_definition(leaves[k:]))


def roots(ranges: list[Range]) -> list[bytes]:
    return [root_by_definition(LEAVES[start:end]) for start, end in ranges]


@st.composite
def subtrees(draw: st.DrawFn) -> tuple[int, int, int]:
    """(start, end, size): a subtree of a tree."""
    size = draw(st.integers(1, 80))
    start = draw(st.integers(0, size - 1))
    widest = start & -start if start else size
    end = draw(st.integers(start + 1, min(size, start + widest)))
    return start, end, size


@given(st.integers(0, 300))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert tree.root_of(LEAVES[:size]) == root_by_definition(LEAVES[:size])
    growing = tree.CompactRange()
    for leaf in LEAVES[:size]:
        growing.append(leaf)
    assert growing.root() == root_by_definition(LEAVES[:size])


@given(subtrees(), st.data())
def test_each_leaf_is_proved_to_be_inside_and_to_be_nowhere_else(
    span: tuple[int, int, int], data: st.DataObject
) -> None:
    start, end, _ = span
    index = data.draw(st.integers(start, end - 1))
    proof, root = (
        roots(tree.inclusion_ranges(index, start, end)),
        root_by_definition(LEAVES[start:end]),
    )
    tree.verify_inclusion(LEAVES[index], index, start, end, proof, root)
    other = data.draw(st.integers(start - 1, end))
    assume(other != index)
    for leaf in (LEAVES[index], LEAVES[other]):
        with pytest.raises(ProofRefused):
            tree.verify_inclusion(leaf, other, start, end, proof, root)


@given(subtrees())
def test_each_subtree_is_proved_to_be_part_of_its_tree(span: tuple[int, int, int]) -> None:
    start, end, size = span
    proof = roots(tree.consistency_ranges(start, end, size))
    tree.verify_subtree_consistency(
        start,
        end,
        size,
        proof,
        root_by_definition(LEAVES[start:end]),
        root_by_definition(LEAVES[:size]),
    )


@given(subtrees(), st.data())
def test_a_changed_proof_proves_nothing(span: tuple[int, int, int], data: st.DataObject) -> None:
    start, end, size = span
    proof = roots(tree.consistency_ranges(start, end, size))
    subtree, root = root_by_definition(LEAVES[start:end]), root_by_definition(LEAVES[:size])
    change = data.draw(st.sampled_from(["flip", "drop", "add", "root", "subtree"]))
    at = data.draw(st.integers(0, max(0, len(proof) - 1)))
    if change in ("flip", "drop"):
        assume(proof)
        proof = (
            proof[:at]
            + ([bytes([proof[at][0] ^ 1]) + proof[at][1:]] if change == "flip" else [])
            + proof[at + 1 :]
        )
    elif change == "add":
        proof = [*proof[:at], LEAVES[-1], *proof[at:]]
    with pytest.raises(ProofRefused):
        tree.verify_subtree_consistency(
            start,
            end,
            size,
            proof,
            LEAVES[-1] if change == "subtree" else subtree,
            LEAVES[-1] if change == "root" else root,
        )


@given(st.integers(1, 80), st.integers(0, 80))
def test_a_tree_is_a_prefix_of_a_later_one_and_a_fork_is_not(size1: int, more: int) -> None:
    size2 = size1 + more
    proof = roots(tree.consistency_ranges(0, size1, size2))
    root1, root2 = root_by_definition(LEAVES[:size1]), root_by_definition(LEAVES[:size2])
    tree.verify_consistency(size1, size2, proof, root1, root2)
    forked = root_by_definition([LEAVES[-1], *LEAVES[1:size1]])
    with pytest.raises(ProofRefused):
        tree.verify_consistency(size1, size2, proof, forked, root2)


@pytest.mark.parametrize(("start", "end"), [(1, 3), (2, 5), (3, 5), (0, 0), (2, 1), (-1, 1)])
def test_what_is_no_subtree_has_no_proof(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="subtree"):
        tree.inclusion_ranges(start, start, end)
    with pytest.raises(ValueError, match="subtree"):
        tree.consistency_ranges(start, end, 8)


@given(st.lists(st.integers(1, 400), max_size=4), st.data())
def test_tiles_lead_to_the_same_roots_as_leaves(steps: list[int], data: st.DataObject) -> None:
    edge, files, size = Edge.empty(), {}, 0
    for step in steps:
        some = LEAVES[size : size + step]
        files.update(edge.grow(some, some))
        files.update(edge.partials())
        size += len(some)
    assert edge.size == size
    assert edge.root() == tree.root_of(LEAVES[:size])
    assume(size)

    def read(tile: Tile) -> list[bytes]:
        return decode_hashes(files[tile], tile.width)

    reader = HashReader(size, read)
    earlier = data.draw(st.integers(1, size))
    assert reader.root((0, earlier)) == tree.root_of(LEAVES[:earlier])
    index = data.draw(st.integers(0, size - 1))
    path = [reader.root(span) for span in tree.inclusion_ranges(index, 0, size)]
    tree.verify_inclusion(LEAVES[index], index, 0, size, path, edge.root())
    assert all(tile.width <= WIDTH for tile in files)


def answer(kind: str, vector: dict[str, Any]) -> bool:
    """Whether a vector of transparency-dev/merkle is accepted."""

    def decode(text: str | None) -> bytes:
        return b64decode(text or "")

    proof = [decode(text) for text in vector["proof"] or []]
    try:
        if kind.endswith("inclusion"):
            start, end = vector.get("start", 0), vector.get("end", vector.get("treeSize"))
            tree.verify_inclusion(
                decode(vector["leafHash"]),
                vector["leafIdx"],
                start,
                end,
                proof,
                decode(vector["root"]),
            )
        elif kind == "consistency":
            tree.verify_consistency(
                vector["size1"],
                vector["size2"],
                proof,
                decode(vector["root1"]),
                decode(vector["root2"]),
            )
        else:
            tree.verify_subtree_consistency(
                vector["start"],
                vector["end"],
                vector["size"],
                proof,
                decode(vector["root1"]),
                decode(vector["root2"]),
            )
    except ProofRefused:
        return False
    return True


@pytest.mark.shared
def test_every_vector_of_transparency_dev_is_answered_right(shared: Path) -> None:
    folder = shared / "data/tlog/transparency-dev-merkle-testdata"
    files = sorted(folder.rglob("*.json"))
    assert len(files) == 518
    wrong = []
    for file in files:
        vector = json.loads(file.read_text())
        if answer(file.relative_to(folder).parts[0], vector) == vector["wantErr"]:
            wrong.append(str(file.relative_to(folder)))
    assert wrong == []
