"""Logs and own lists made of bytes alone: a prover that shares nothing with the server's."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.entry import NewEntry, encode, parse
from aboveboard.ledger.format.handle_index import (
    BLOCK,
    COMMITTED,
    HandleRun,
    ShownRecords,
    block_root,
    committed_runs,
    place_of,
    record,
    run_of,
    runs_as_json,
)
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.own_list import OwnList, Strand
from aboveboard.ledger.format.several import ranges_beside
from aboveboard.ledger.format.tree import leaf_hash, root_of
from tests.ledger.logs import AT, SIGNER


def handle_of(name: str, number: int) -> str:
    """Return a made-up person's handle."""
    return hmac.digest(name.encode(), number.to_bytes(8, "big"), "sha256")[:16].hex()


@dataclass
class PersonsLog:
    """A log of entries about made-up people, and how many each has."""

    bodies: list[bytes] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def use_data(self, name: str, number: int | None = None) -> int:
        """Write a use of somebody's data and return its place."""
        taken = self.counts.get(name, 0) if number is None else number
        self.counts[name] = max(self.counts.get(name, 0), taken + 1)
        return self.write(NewEntry("use.granted", SYSTEM, AT, handle_of(name, taken), {}))

    def write(self, entry: NewEntry) -> int:
        self.bodies.append(encode(entry, len(self.bodies) + 1))
        return len(self.bodies) - 1

    def run(self, first: int, end: int) -> HandleRun:
        handles = ((at, parse(self.bodies[at]).handle) for at in range(first, end))
        return run_of(first, end, handles)

    def commit(self, *ends: int) -> int:
        """Commit to runs that end at these places, or to one; return the entry's place."""
        cuts = [0, *(ends or (len(self.bodies),))]
        runs = [self.run(first, end) for first, end in pairwise(cuts)]
        return self.write(NewEntry(COMMITTED, SYSTEM, AT, None, {"runs": runs_as_json(runs)}))

    def note(self, signer: Signer = SIGNER) -> str:
        root = root_of(list(map(leaf_hash, self.bodies)))
        return Checkpoint("localhost/log", len(self.bodies), root).sign(signer)

    def own_list(
        self,
        *names: str,
        commitment: int,
        omit: Sequence[int] = (),
        add: Sequence[int] = (),
        counts: dict[str, int] | None = None,
        lasting: Sequence[str] = (),
    ) -> OwnList:
        """Prove somebody's list; or lie, leaving entries out or adding others."""
        runs = committed_runs(parse(self.bodies[commitment]))
        counts = counts or {
            name: next(n for n in range(10_000) if not self.places(runs, handle_of(name, n)))
            for name in names
        }
        strands = [strand_of(name, counts[name]) for name in names]
        handles = [handle for strand in strands for handle in strand.handles] + list(lasting)
        found = {at for handle in handles for at in self.places(runs, handle)}
        places = sorted((found | {commitment} | set(add)) - set(omit))
        leaves = list(map(leaf_hash, self.bodies))
        spans = ranges_beside(places, 0, len(leaves))
        return OwnList(
            self.note(),
            commitment,
            [(at, self.bodies[at]) for at in places],
            [root_of(leaves[start:end]) for start, end in spans],
            [self.shown(run, handles) for run in runs],
            strands,
            lasting,
        )

    def places(self, runs: Sequence[HandleRun], handle: str) -> list[int]:
        return [at for at in range(runs[-1].end) if parse(self.bodies[at]).handle == handle]

    def records(self, run: HandleRun) -> list[bytes]:
        handles = ((parse(self.bodies[at]).handle, at) for at in range(run.first, run.end))
        return sorted(record(handle, at) for handle, at in handles if handle)

    def shown(self, run: HandleRun, handles: Sequence[str]) -> ShownRecords:
        records = self.records(run)
        wanted: set[int] = set()
        for handle in handles:
            key = bytes.fromhex(handle)
            mine = [at for at, each in enumerate(records) if each[:16] == key]
            low = mine[0] if mine else sum(each < key for each in records)
            around = range(low - 1, (mine[-1] if mine else low - 1) + 2)
            wanted.update(at for at in around if 0 <= at < len(records))
        leaves = list(map(leaf_hash, records))
        spans = ranges_beside(sorted(wanted), 0, len(records))
        hashes = [root_of(leaves[start:end]) for start, end in spans]
        return ShownRecords({at: records[at] for at in sorted(wanted)}, hashes)


@cache
def block_of(name: str, number: int) -> tuple[list[bytes], bytes]:
    """Return the leaves of one block of somebody's handles, and their root."""
    handles = [handle_of(name, number * BLOCK + at) for at in range(BLOCK)]
    return [leaf_hash(bytes.fromhex(handle)) for handle in handles], block_root(handles)


def strand_of(name: str, count: int) -> Strand:
    """Return the handles of somebody's first ``count`` entries, bound to their secret."""
    shown = count // BLOCK + 1
    hashes = []
    for number in range(shown):
        leaves, _ = block_of(name, number)
        spans = ranges_beside(range(min(count + 1 - number * BLOCK, BLOCK)), 0, BLOCK)
        hashes.append([root_of(leaves[start:end]) for start, end in spans])
    roots = [block_of(name, number)[1] for number in range(shown + 1)]
    return Strand(count, [handle_of(name, at) for at in range(count + 1)], roots, hashes)


__all__ = ["PersonsLog", "handle_of", "place_of", "strand_of"]
