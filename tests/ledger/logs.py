"""Logs to test on: made of bytes alone, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger.folder import CHECKPOINT, LogFolder
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.entry import NewEntry, encode
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.tiles import Edge
from aboveboard.ledger.format.tree import leaf_hash

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SIGNER = Signer.from_seed("localhost/log", bytes(range(32)))


def bodies(count: int) -> list[bytes]:
    return [
        encode(NewEntry("use.granted", SYSTEM, AT, "a" * 32, {"n": n}), n + 1) for n in range(count)
    ]


def write_log(path: Path, entries: Sequence[bytes], signer: Signer = SIGNER) -> Checkpoint:
    """Publish a log of these entries in a folder and return its checkpoint."""
    edge = Edge.empty()
    full = edge.grow([leaf_hash(entry) for entry in entries], entries)
    head = Checkpoint("localhost/log", edge.size, edge.root())
    folder = LogFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.write_tiles([*full, *edge.partials()])
    folder.write_note(CHECKPOINT, head.sign(signer))
    return head
