"""A run of the index of handles as a file: its records, then the roots of its whole blocks of 256,
of 65,536 and of 16,777,216 records.

Written by whoever makes the index, and by a monitor that makes it again. Written whole or not at
all; memory does not grow with a run.
"""

from __future__ import annotations

import heapq
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Final

from aboveboard.ledger.format.handle_index import (
    HANDLE_BYTES,
    RECORD_BYTES,
    HandleRun,
    ShownRecords,
    place_of,
)
from aboveboard.ledger.format.several import ranges_beside
from aboveboard.ledger.format.tiles import HEIGHT, WIDTH, HashReader, Tile
from aboveboard.ledger.format.tree import HASH_BYTES, leaf_hash, root_of

_LEVELS: Final = 3


class RunFile:
    """One run, open for reading."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        file = stack.enter_context(path.open("rb"))
        size = os.fstat(file.fileno()).st_size
        self.count = _count(size)
        # Empty files cannot be mapped.
        self._data = (
            stack.enter_context(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)) if size else b""
        )
        self._reader = HashReader(self.count, self._hashes)

    def record(self, position: int) -> bytes:
        """Return one record."""
        return bytes(self._data[position * RECORD_BYTES : (position + 1) * RECORD_BYTES])

    def records(self) -> Iterator[bytes]:
        """Yield every record, in order."""
        step = WIDTH * RECORD_BYTES
        for at in range(0, self.count * RECORD_BYTES, step):
            part = bytes(self._data[at : min(at + step, self.count * RECORD_BYTES)])
            yield from (part[of : of + RECORD_BYTES] for of in range(0, len(part), RECORD_BYTES))

    def root(self) -> bytes:
        """Return the root of its records."""
        return self._reader.root((0, self.count)) if self.count else root_of([])

    def find(self, handle: str) -> tuple[int, int]:
        """Return the positions ``[low, high)`` of the records of a handle; where it has none, both
        are where they would be."""
        key = bytes.fromhex(handle)
        low, above = 0, self.count
        while low < above:
            middle = (low + above) // 2
            if self.record(middle) < key:
                low = middle + 1
            else:
                above = middle
        high = low
        while high < self.count and self.record(high)[:HANDLE_BYTES] == key:
            high += 1
        return low, high

    def show(self, handles: Iterable[str]) -> tuple[ShownRecords, dict[str, list[int]]]:
        """Return what proves all entries of these handles in this run, and their places."""
        positions: set[int] = set()
        places: dict[str, list[int]] = {}
        for handle in handles:
            low, high = self.find(handle)
            positions.update(range(max(low - 1, 0), min(high + 1, self.count)))
            places[handle] = [place_of(self.record(at)) for at in range(low, high)]
        ordered = sorted(positions)
        hashes = [self._reader.root(span) for span in ranges_beside(ordered, 0, self.count)]
        return ShownRecords({at: self.record(at) for at in ordered}, hashes), places

    def _hashes(self, tile: Tile) -> list[bytes]:
        first = tile.number * WIDTH
        if tile.level == 0:
            last = min(first + WIDTH, self.count)
            return [leaf_hash(self.record(at)) for at in range(first, last)]
        start = self.count * RECORD_BYTES
        start += sum((self.count >> HEIGHT * level) * HASH_BYTES for level in range(1, tile.level))
        last = min(first + WIDTH, self.count >> HEIGHT * tile.level)
        return [
            bytes(self._data[start + at * HASH_BYTES : start + (at + 1) * HASH_BYTES])
            for at in range(first, last)
        ]


def write_run(path: Path, first: int, end: int, records: Iterable[bytes]) -> HandleRun:
    """Write the run of ``[first, end)``, whose records come in order, and return when it is on the
    disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    levels: list[list[bytes]] = [[] for _ in range(_LEVELS)]
    count, block = 0, list[bytes]()
    with temporary.open("wb") as out:
        for each in records:
            out.write(each)
            count += 1
            block.append(leaf_hash(each))
            if len(block) == WIDTH:
                _carry(levels, root_of(block))
                block.clear()
        for level in levels:
            out.write(b"".join(level))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    with ExitStack() as stack:
        return HandleRun(first, end, count, RunFile(path, stack).root())


def merged_records(paths: Iterable[Path], stack: ExitStack) -> Iterator[bytes]:
    """Yield the records of several files in one order."""
    return heapq.merge(*(RunFile(path, stack).records() for path in paths))


def _carry(levels: list[list[bytes]], root: bytes) -> None:
    for level in levels:
        level.append(root)
        if len(level) % WIDTH:
            break
        root = root_of(level[-WIDTH:])


@lru_cache(maxsize=64)
def _count(size: int) -> int:
    """Return how many records a file of that many bytes has."""
    low, high = 0, size // RECORD_BYTES
    while low < high:
        middle = (low + high + 1) // 2
        above = sum(middle >> HEIGHT * level for level in range(1, _LEVELS + 1))
        low, high = (
            (middle, high)
            if middle * RECORD_BYTES + above * HASH_BYTES <= size
            else (low, middle - 1)
        )
    return low
