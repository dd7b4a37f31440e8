"""The examples that come with the format: what must be accepted is accepted, what must
be refused is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import aboveboard.ledger
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.format import checkpoint, entry, proof, tiles, tree
from aboveboard.ledger.format.note import NoteRefused, Verifier

VECTORS: dict[str, Any] = json.loads(
    (Path(aboveboard.ledger.__path__[0]) / "vectors.json").read_text("utf-8")
)


def of(part: str, what: str, name: str = "class") -> list[Any]:
    return [pytest.param(vector, id=vector[name]) for vector in VECTORS[part][what]]


@pytest.mark.parametrize("vector", of("entry", "accept", "name"))
def test_an_entry(vector: dict[str, str]) -> None:
    body = vector["text"].encode()
    read = entry.parse(body)
    assert tree.leaf_hash(body).hex() == vector["leaf"]
    assert (
        entry.encode(
            entry.NewEntry(read.kind, read.actor, read.at, read.handle, read.facts), read.id
        )
        == body
    )


@pytest.mark.parametrize("vector", of("entry", "refuse"))
def test_no_entry(vector: dict[str, str]) -> None:
    with pytest.raises(entry.EntryRefused):
        entry.parse(vector["text"].encode())


def test_the_roots_of_rfc_6962_implementations() -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["tree"]["leaves"]]
    growing = tree.CompactRange()
    for size, root in enumerate(VECTORS["tree"]["roots"]):
        assert tree.root_of(leaves[:size]).hex() == root
        assert growing.root().hex() == root
        if size < len(leaves):
            growing.append(leaves[size])


@pytest.mark.parametrize("vector", of("note", "accept", "name"))
def test_a_note(vector: dict[str, str]) -> None:
    verifier = Verifier.from_vkey(VECTORS["note"]["vkey"])
    assert verifier.open(vector["note"]) == vector["text"]
    assert verifier.vkey == VECTORS["note"]["vkey"]


@pytest.mark.parametrize("vector", of("note", "refuse"))
def test_no_note(vector: dict[str, str]) -> None:
    with pytest.raises(NoteRefused):
        Verifier.from_vkey(VECTORS["note"]["vkey"]).open(vector["note"])


@pytest.mark.parametrize("vector", of("note", "refuse_vkeys"))
def test_no_key(vector: dict[str, str]) -> None:
    with pytest.raises(NoteRefused):
        Verifier.from_vkey(vector["vkey"])


@pytest.mark.parametrize("vector", of("checkpoint", "accept", "name"))
def test_a_checkpoint(vector: dict[str, Any]) -> None:
    read = checkpoint.parse(vector["text"])
    assert (read.origin, read.size) == (vector["origin"], vector["size"])
    assert vector["text"].startswith(read.text())


@pytest.mark.parametrize("vector", of("checkpoint", "refuse"))
def test_no_checkpoint(vector: dict[str, str]) -> None:
    with pytest.raises(checkpoint.CheckpointRefused):
        checkpoint.parse(vector["text"])


@pytest.mark.parametrize("vector", of("tiles", "paths", "path"))
def test_a_path(vector: dict[str, Any]) -> None:
    level = tiles.ENTRIES if vector["level"] == "entries" else vector["level"]
    tile = tiles.Tile(level, vector["number"], vector["width"])
    assert tile.path == vector["path"]
    assert tiles.parse_path(vector["path"]) == tile


@pytest.mark.parametrize("path", VECTORS["tiles"]["refuse_paths"])
def test_no_path(path: str) -> None:
    assert tiles.parse_path(path) is None


@pytest.mark.parametrize("vector", VECTORS["tiles"]["right_edge"])
def test_the_partial_tiles_of_a_size(vector: dict[str, Any]) -> None:
    assert [tile.path for tile in tiles.right_edge(vector["size"])] == vector["paths"]


@pytest.mark.parametrize("vector", of("tiles", "bundles", "name"))
def test_a_bundle(vector: dict[str, Any]) -> None:
    entries = [bytes.fromhex(text) for text in vector["entries"]]
    assert tiles.decode_bundle(bytes.fromhex(vector["hex"])) == entries
    assert tiles.encode_bundle(entries).hex() == vector["hex"]


@pytest.mark.parametrize("vector", of("tiles", "refuse_bundles"))
def test_no_bundle(vector: dict[str, str]) -> None:
    with pytest.raises(tiles.TileRefused):
        tiles.decode_bundle(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", of("proof", "accept", "name"))
def test_a_proof(vector: dict[str, Any]) -> None:
    read, index, head = proof.verify(vector["proof"], Verifier.from_vkey(VECTORS["proof"]["vkey"]))
    assert (read.id, index, head.size) == (vector["id"], vector["index"], vector["size"])
    assert proof.parse(vector["proof"]).text() == vector["proof"]


@pytest.mark.parametrize("vector", of("proof", "refuse"))
def test_no_proof(vector: dict[str, str]) -> None:
    with pytest.raises(AboveboardError):
        proof.verify(vector["proof"], Verifier.from_vkey(VECTORS["proof"]["vkey"]))
