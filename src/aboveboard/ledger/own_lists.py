"""Proving that a person's list is whole: the file of ``format/own_list.py``, made of the published
log and the index of handles."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final, Protocol

from aboveboard.ledger.committing import KEPT, commitments
from aboveboard.ledger.folder import CHECKPOINT
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.handle_index import BLOCK, block_root, committed_runs
from aboveboard.ledger.format.own_list import OwnList, Strand
from aboveboard.ledger.format.several import ranges_beside
from aboveboard.ledger.format.tiles import HashReader, Tile, decode_hashes
from aboveboard.ledger.format.tree import leaf_hash, root_of
from aboveboard.ledger.handle_runs import restored_run
from aboveboard.ledger.models import Entry
from aboveboard.ledger.published import log_folder
from aboveboard.ledger.queries import NotYet, PublishedHead, head_named
from aboveboard.ledger.run_files import RunFile
from aboveboard.ledger.witnessing import WITNESSED

_STEP: Final = 500
"""Entries that one statement asks for."""


class HandleSequence(Protocol):
    """The handles of one secret by their number, from 0; ``count`` are used so far."""

    @property
    def count(self) -> int:
        """Return how many are used."""

    def handle(self, number: int) -> str:
        """Return one."""


def own_list(sequences: Sequence[HandleSequence], lasting: Sequence[str]) -> OwnList:
    """Return the proof of every entry about the person of these handles, up to the newest
    commitment that is published.

    Raises:
        NotYet: nothing was committed to yet; it will be within a minute.
        IndexDamaged: the entries in the database are not those that were committed to.
    """
    head, place, commitment = _newest_commitment()
    with ExitStack() as stack:
        files = [RunFile(restored_run(run).file, stack) for run in committed_runs(commitment)]
        strands = [_strand(each, files) for each in sequences]
        handles = [handle for strand in strands for handle in strand.handles]
        shown, places = [], {place}
        for file in files:
            part, by_handle = file.show([*handles, *lasting])
            shown.append(part)
            places.update(at for each in by_handle.values() for at in each)
    ordered = sorted(places)
    reader = HashReader(head.size, _hashes)
    return OwnList(
        head.note,
        place,
        _bodies(ordered),
        [reader.root(span) for span in ranges_beside(ordered, 0, head.size)],
        shown,
        strands,
        tuple(lasting),
    )


def _newest_commitment() -> tuple[PublishedHead, int, EntryBody]:
    """Return the newest commitment under a checkpoint that others cosigned, if it covers one; else
    under the newest checkpoint."""
    made = commitments(KEPT)
    for name in (WITNESSED, CHECKPOINT):
        head = head_named(name)
        for place, body in made:
            if head is not None and place is not None and place < head.size:
                return head, place, body
    raise NotYet()


def _strand(handles: HandleSequence, files: Sequence[RunFile]) -> Strand:
    count = handles.count
    # From the end: only the newest entries can be younger than the commitment.
    while count and not any(low < high for low, high in _finds(handles.handle(count - 1), files)):
        count -= 1
    shown = count // BLOCK + 1
    blocks, proofs = [], []
    for number in range(shown + 1):
        block = [handles.handle(number * BLOCK + at) for at in range(BLOCK)]
        blocks.append(block_root(block))
        if number < shown:
            positions = range(min(count + 1 - number * BLOCK, BLOCK))
            leaves = [leaf_hash(bytes.fromhex(handle)) for handle in block]
            spans = ranges_beside(positions, 0, BLOCK)
            proofs.append([root_of(leaves[start:end]) for start, end in spans])
    return Strand(count, [handles.handle(at) for at in range(count + 1)], blocks, proofs)


def _finds(handle: str, files: Sequence[RunFile]) -> list[tuple[int, int]]:
    return [file.find(handle) for file in files]


def _hashes(tile: Tile) -> list[bytes]:
    return decode_hashes(log_folder().read_tile(tile) or b"", tile.width)


def _bodies(places: Sequence[int]) -> list[tuple[int, bytes]]:
    bodies: list[tuple[int, bytes]] = []
    for start in range(0, len(places), _STEP):
        rows = Entry.objects.filter(leaf_index__in=places[start : start + _STEP])
        bodies += [
            (place, bytes(body))
            for place, body in rows.order_by("leaf_index").values_list("leaf_index", "body")
            if place is not None
        ]
    return bodies
