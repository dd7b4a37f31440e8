"""Putting entries into the tree, so that a death at any moment loses nothing and forks nothing.

The order, under a lock on the log's folder:

1. *Heal.* If the database has signed more than the folder shows, publish that first.
2. *Place.* In one transaction: the next waiting entries, in order of id, get their places;
   the new root is computed; the checkpoint is signed and kept as a row. From its commit
   on, these places are fixed.
3. *Publish.* Write the tiles, flush them, then the ``checkpoint`` file.

Whatever dies between 2 and 3 leaves a folder that is behind the database and true in itself: the
published checkpoint still describes published tiles. The next run publishes the same bytes, because
tiles follow from places and places are fixed. The folder is never ahead of the database; if it is,
the database came from an older copy, and signing on would fork the log, so nothing is signed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.errors import Damaged
from aboveboard.ledger import limits, rows
from aboveboard.ledger.folder import CHECKPOINT, LogFolder
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.tiles import WIDTH, Edge, Tile
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.models import CheckpointRow
from aboveboard.ledger.published import (
    check_continues,
    is_signed_by,
    log_folder,
    publish_handovers,
    publish_keys,
    published_size,
)
from aboveboard.ledger.signing import check_newest, is_handing_over

if TYPE_CHECKING:
    from aboveboard.ledger.format.note import Signer

_log = logging.getLogger(__name__)


class EntriesDamaged(Damaged):
    """The ledger's rows are not what was signed or appended: {found}."""

    code = "entries_damaged"
    next_step = "Nothing was signed. Run: aboveboard ledger verify"


def sequence(*, at: datetime, signer: Signer, former: Sequence[Signer] = ()) -> Checkpoint | None:
    """Put every waiting entry into the tree and publish it; return the new
    checkpoint, or None if none waited.

    Safe to call from several threads, processes and, with PostgreSQL, machines at once. ``former``
    are the signers before this one, the oldest first: the one that signed last also signs the first
    checkpoint of its successor.

    Raises:
        RuntimeError: called inside a transaction (what it signs must not be rolled back).
        LogAhead, LogForked, LogOfAnotherKey: signing would contradict what is already published.
        EntriesDamaged: rows were changed by something other than the ledger.
        SigningKeyChanged: another key signs now.
        CheckpointRefused: the signer's name is not this log's origin.
    """
    folder = log_folder()
    newest: Checkpoint | None = None
    published: Future[None] | None = None
    # One batch is published while the next is placed; never two, and never out of order.
    # The folder before the lock on the tree: the other way round a transaction would stay open
    # while somebody's tiles are written.
    with folder.lock(), ThreadPoolExecutor(max_workers=1) as publisher:
        keys = [each.vkey for each in (*former, signer)]
        # Before anything is written: a key published beside a log that is not ours could not be
        # taken back.
        check_continues(folder, keys)
        publish_keys(folder, keys)
        edge = _heal(folder)
        while True:
            # Placed and signed while the batch before is written; its failure is raised before a
            # third begins.
            placed = _place(edge, at, signer, former)
            if published:
                published.result()
            if placed is None:
                publish_handovers(folder, keys)
                return newest
            full, row = placed
            if row is None:  # another machine placed entries meanwhile
                edge, published = _heal(folder), None
                continue
            published = publisher.submit(_publish, folder, full, edge.partials(), row.note)
            newest = Checkpoint(settings.current().ledger.origin, row.size, bytes(row.root))


def _place(
    edge: Edge, at: datetime, signer: Signer, former: Sequence[Signer]
) -> tuple[list[tuple[Tile, bytes]], CheckpointRow | None] | None:
    """Step 2. Grow ``edge`` by the next batch; return its full tiles and the signed
    row, or None if none waited.

    The row is None when the database's tree is not the one of ``edge``.
    """
    # durable: the checkpoint is signed in here, and a signature cannot be rolled back with an outer
    # transaction. The lock comes first: the newest key and the tree's size are read under it.
    with transaction.atomic(durable=True):
        rows.lock_tree()
        check_newest(signer.vkey)
        last = CheckpointRow.objects.order_by("-size").first()
        # The lock on the folder is this machine's alone; another one's shows here, in the size.
        if (last.size if last else 0) != edge.size:
            return [], None
        # Up to a full tile: the next batch then begins at one, and writes no partial tile twice.
        placed = rows.place_next(edge.size, limits.SEQUENCE_BATCH - edge.size % WIDTH)
        if not placed:
            return None
        bodies = [body for _, body, _ in placed]
        leaves = [leaf_hash(body) for body in bodies]
        for (entry_id, _, stored), leaf in zip(placed, leaves, strict=True):
            # From here on the signature vouches for the body: this is the last moment at which a
            # row that was changed since it was appended can be told from one that was not.
            if stored != leaf:
                raise EntriesDamaged(
                    found=f"entry {entry_id} was changed while it waited for its place"
                )
        tiles = edge.grow(leaves, bodies)
        head = Checkpoint(settings.current().ledger.origin, edge.size, edge.root())
        row = CheckpointRow.objects.create(
            size=head.size,
            root=head.root,
            note=head.sign(signer, *_handing_over(last, former)),
            at=at,
        )
    return tiles, row


def _handing_over(last: CheckpointRow | None, former: Sequence[Signer]) -> Sequence[Signer]:
    """Return the signer that signed last, and those after it, until their successor has
    signed that it took over."""
    if last is None or not former or not is_handing_over(last.size):
        return ()
    return next(
        (
            former[at:]
            for at in reversed(range(len(former)))
            if is_signed_by(last.note, former[at].verifier)
        ),
        (),
    )


def _publish(
    folder: LogFolder, full: list[tuple[Tile, bytes]], partial: list[tuple[Tile, bytes]], note: str
) -> None:
    """Step 3."""
    # Tiles first (C2SP tlog-tiles): a reader who sees the checkpoint finds all that it covers.
    # Partial tiles go last, for readers of the checkpoint before.
    folder.write_tiles([*full, *partial])
    folder.write_note(CHECKPOINT, note)
    folder.clear_partials(tile for tile, _ in full)


def _heal(folder: LogFolder) -> Edge:
    """Step 1. Return the edge of the database's tree, after publishing what
    the folder lacks of it."""
    last = CheckpointRow.objects.order_by("-size").first()
    start = published_size(folder, last)
    if last is None:
        return Edge.empty()
    edge = folder.edge(start)
    if start == 0:
        edge = Edge.empty()
    elif edge is None or edge.root() != _signed_root(start):
        _log.warning(
            "the published log's files are damaged or gone: writing them again from the database"
        )
        edge = Edge.empty()
    if edge.size == last.size:
        return edge
    # Tried on a copy first: nothing is published of rows that do not lead to what was signed.
    trial = Edge(edge.size, [list(level) for level in edge.levels], [])
    for bodies in _placed_bodies(edge.size, last.size):
        trial.grow([leaf_hash(body) for body in bodies])
    # The signature was made over other rows: what was changed since must not be published under it.
    if trial.size != last.size or trial.root() != bytes(last.root):
        raise EntriesDamaged(found="they do not lead to the checkpoint that was signed last")
    full: list[Tile] = []
    for bodies in _placed_bodies(edge.size, last.size):
        tiles = edge.grow([leaf_hash(body) for body in bodies], bodies)
        folder.write_tiles(tiles)
        full += [tile for tile, _ in tiles]
    _publish(folder, [], edge.partials(), last.note)
    folder.clear_partials(full)
    return edge


def _signed_root(size: int) -> bytes | None:
    row = CheckpointRow.objects.filter(size=size).first()
    return bytes(row.root) if row else None


def _placed_bodies(first: int, end: int) -> Iterator[list[bytes]]:
    """The bodies of the entries placed in ``[first, end)``, in batches, up to the first gap."""
    while first < end:
        bodies = rows.bodies(first, min(limits.SEQUENCE_BATCH, end - first))
        if not bodies:
            return
        yield bodies
        first += len(bodies)
