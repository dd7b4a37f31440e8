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
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError, Damaged
from aboveboard.ledger import limits, rows
from aboveboard.ledger.folder import CHECKPOINT, VKEY, LogFolder
from aboveboard.ledger.format import checkpoint as checkpoints
from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.format.tiles import WIDTH, Edge, Tile
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.models import CheckpointRow
from aboveboard.ledger.signing import HANDOVER, check_newest, handover, is_handing_over

if TYPE_CHECKING:
    from aboveboard.ledger.format.note import Signer

FOLDER: Final = "log"
"""The name of the published folder inside the instance's."""

_log = logging.getLogger(__name__)


class LogAhead(Damaged):
    """The published log has {published} entries, the database knows of {known}: it
    comes from an older copy."""

    code = "log_ahead"
    next_step = (
        "Nothing was signed. Restore the newest copy of the database, or the published log forks."
    )


class LogForked(Damaged):
    """The published checkpoint of {size} entries is not the one that this database signed."""

    code = "log_forked"
    next_step = "Nothing was signed. Keep both as evidence, and run: aboveboard ledger verify"


class LogOfAnotherKey(Damaged):
    """The published log is signed with a key that this database never signed with: it is not the
    log's database, or was made anew."""

    code = "log_of_another_key"
    next_step = (
        "Nothing was signed. Restore the newest copy of the log's own database, or the published "
        "log forks."
    )


class EntriesDamaged(Damaged):
    """The ledger's rows are not what was signed or appended: {found}."""

    code = "entries_damaged"
    next_step = "Nothing was signed. Run: aboveboard ledger verify"


def log_folder() -> LogFolder:
    """Return the folder of this instance's published log."""
    return LogFolder(settings.current().path(FOLDER))


def sequence(*, at: datetime, signer: Signer, former: Sequence[Signer] = ()) -> Checkpoint | None:
    """Put every waiting entry into the tree and publish it; return the new
    checkpoint, or None if none waited.

    Safe to call from several threads, processes and, with PostgreSQL, machines at once. ``former``
    are the signers before this one, the oldest first: the one that signed last also signs the first
    checkpoint of its successor.

    Raises:
        RuntimeError: called inside a transaction (what it signs must not be rolled back).
        LogAhead, LogForked, LogOfAnotherKey: signing would contradict what is already published.
        EntriesDamaged: rows were changed behind the ledger's back.
        SigningKeyChanged: another key signs now.
        CheckpointRefused: the signer's name is not this log's origin.
    """
    folder = log_folder()
    newest: Checkpoint | None = None
    published: Future[None] | None = None
    # One batch is published while the next is placed; never two, and never out of order.
    with folder.lock(), ThreadPoolExecutor(max_workers=1) as publisher:
        keys = [one.vkey for one in (*former, signer)]
        _check_published(folder, keys)
        _publish_keys(folder, keys)
        edge = _healed(folder)
        while True:
            placed = _place(edge, at, signer, former)
            if published:
                published.result()
            if placed is None:
                _publish_handovers(folder, keys)
                return newest
            full, row = placed
            if row is None:  # another machine placed entries meanwhile
                edge, published = _healed(folder), None
                continue
            published = publisher.submit(_publish, folder, full, edge.partials(), row.note)
            newest = Checkpoint(settings.current().ledger.origin, row.size, bytes(row.root))


def check_published(*vkeys: str) -> None:
    """Look whether the published log is one that this database can go on with, whose
    keys are and were ``vkeys``.

    Raises:
        LogAhead, LogForked, LogOfAnotherKey: it is not.
    """
    folder = log_folder()
    if folder.path.is_dir():
        # Else it could grow between a look at the database and one at the folder.
        with folder.lock():
            _check_published(folder, vkeys)


def _check_published(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Nothing is written before this: a key published beside a log would make what it signs
    look like that log's."""
    last = CheckpointRow.objects.order_by("-size").first()
    _published_size(folder, last)
    known = (folder.read(VKEY) or b"").decode("utf-8", "replace").split()
    if not known or not set(known).isdisjoint(vkeys):
        return
    if last is None:
        raise LogOfAnotherKey
    try:  # a new key follows an old one only where this database signed with the old one
        checkpoints.open_with(last.note, [Verifier.from_vkey(key) for key in known])
    except AboveboardError:
        raise LogOfAnotherKey from None


def _publish_keys(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Publish every key this log was ever signed with, the newest last, so that old
    checkpoints still verify.

    With each change of key goes the checkpoint that both keys signed; it is looked for where
    it is not published yet.
    """
    known = (folder.read(VKEY) or b"").decode("utf-8").split()
    wanted = [*(key for key in known if key not in vkeys), *vkeys]
    if known != wanted:
        folder.write_note(VKEY, "\n".join(wanted) + "\n")
    _publish_handovers(folder, vkeys)


def _publish_handovers(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Publish the checkpoints that an old and a new key signed both, as far as they
    are not published yet."""
    for generation, (old, new) in enumerate(pairwise(map(Verifier.from_vkey, vkeys)), 2):
        name = f"{HANDOVER}/{generation}"
        if (
            folder.read(name) is None
            and (note := handover(generation))
            and _signed_by(note, old)
            and _signed_by(note, new)
        ):
            folder.write_note(name, note)


def _signed_by(note: str, verifier: Verifier) -> bool:
    try:
        verifier.open(note)
    except NoteRefused:
        return False
    return True


def _place(
    edge: Edge, at: datetime, signer: Signer, former: Sequence[Signer]
) -> tuple[list[tuple[Tile, bytes]], CheckpointRow | None] | None:
    """Step 2. Grow ``edge`` by the next batch; return its full tiles and the signed
    row, or None if none waited.

    The row is None when the database's tree is not the one of ``edge``.
    """
    with transaction.atomic(durable=True):
        rows.lock_tree()
        check_newest(signer.vkey)
        last = CheckpointRow.objects.order_by("-size").first()
        if (last.size if last else 0) != edge.size:
            return [], None
        placed = rows.place_waiting(edge.size, limits.SEQUENCE_BATCH - edge.size % WIDTH)
        if not placed:
            return None
        bodies = [body for _, body, _ in placed]
        leaves = [leaf_hash(body) for body in bodies]
        for (entry_id, _, stored), leaf in zip(placed, leaves, strict=True):
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
            if _signed_by(last.note, former[at].verifier)
        ),
        (),
    )


def _publish(
    folder: LogFolder, full: list[tuple[Tile, bytes]], partial: list[tuple[Tile, bytes]], note: str
) -> None:
    """Step 3."""
    folder.write_tiles([*full, *partial])
    folder.write_note(CHECKPOINT, note)
    folder.clear_partials(tile for tile, _ in full)


def _healed(folder: LogFolder) -> Edge:
    """Step 1. Return the edge of the database's tree, after publishing what
    the folder lacks of it."""
    last = CheckpointRow.objects.order_by("-size").first()
    start = _published_size(folder, last)
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
    trial = Edge(edge.size, [list(level) for level in edge.levels], [])
    for bodies in _placed_bodies(edge.size, last.size):
        trial.grow([leaf_hash(body) for body in bodies])
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


def _published_size(folder: LogFolder, last: CheckpointRow | None) -> int:
    """Return the size of the published checkpoint, which must be one that this database
    signed; 0 if there is none.

    The note's signature is not checked here: equality with the row that was signed says more.
    """
    data = folder.read(CHECKPOINT)
    if data is None:
        return 0
    try:
        note = notes.only(notes.decode(data), settings.current().ledger.origin)
        size = checkpoints.parse(notes.split(note)[0]).size
    except AboveboardError:
        return 0
    known = last.size if last else 0
    if size > known:
        raise LogAhead(published=size, known=known)
    if not CheckpointRow.objects.filter(size=size, note=note).exists():
        raise LogForked(size=size)
    return size


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
