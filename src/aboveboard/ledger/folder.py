"""The folder of static files that is the published log: ``checkpoint``, ``vkey`` and ``tile/...``.

Every file is written whole or not at all: to a temporary name, flushed to the disk, then renamed.
The checkpoint is written last, so that it never speaks of a tile that is not there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aboveboard.ledger.format.tiles import (
    ENTRIES,
    WIDTH,
    Edge,
    Tile,
    TileRefused,
    decode_bundle,
    decode_hashes,
    right_edge,
    tile_of,
)
from aboveboard.ledger.format.tree import leaf_hash

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "vkey"

_WRITERS: Final = 4
"""Threads that write tiles: a file system flushes several files together sooner
than one after another."""


class LogFolder:
    """One log's files. Many may read it; a writer holds :meth:`lock`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other writer of this folder out, in this process and in
        others, while inside."""
        self.path.mkdir(parents=True, exist_ok=True)
        # A lock of the kernel's, not a file that is there or not: it goes with the process that
        # held it, however that ended.
        handle = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, or None if it is not there."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read_tile(self, tile: Tile) -> bytes | None:
        """Return a tile's bytes; those of the full tile where the partial one was
        already cleared away."""
        data = self.read(tile.path)
        return self.read(tile.full.path) if data is None and tile.width < WIDTH else data

    def write_tiles(self, tiles: Iterable[tuple[Tile, bytes]]) -> None:
        """Write tiles, and return when they are on the disk.

        Writing a tile again is harmless: a place in the tree, once signed, has one content.
        """
        folders: set[Path] = set()
        files: list[tuple[Path, bytes]] = []
        for tile, data in tiles:
            target = self.path / tile.path
            if target.parent not in folders:
                folders |= self._make_folder(target.parent)
            files.append((target, data))
        # The block ends when all are written; ``list`` raises what any of them raised, so no
        # checkpoint follows a tile that failed.
        with ThreadPoolExecutor(max_workers=_WRITERS) as pool:
            list(pool.map(_write, *zip(*files, strict=True)))
        # A file that is on the disk can still be lost with the name that its folder gave it.
        for folder in folders:
            _flush_folder(folder)

    def write_note(self, name: str, text: str) -> None:
        """Write a small text file, and return when it is on the disk."""
        target = self.path / name
        folders = self._make_folder(target.parent)
        _write(target, text.encode("utf-8"))
        for folder in folders:
            _flush_folder(folder)

    def clear_partials(self, full: Iterable[Tile]) -> None:
        """Remove the partial forms of tiles that are full now (C2SP tlog-tiles allows it)."""
        for tile in full:
            # One that stays does no harm: it holds the beginning of the full one.
            shutil.rmtree(self.path / f"{tile.path}.p", ignore_errors=True)

    def edge(self, size: int) -> Edge | None:
        """Return the right edge of the tree of ``size`` entries, or None if its tiles
        are missing or unfit."""
        levels: list[list[bytes]] = [[] for _ in range((size.bit_length() + 7) // 8)]
        tail: list[bytes] = []
        try:
            for tile in right_edge(size):
                levels[tile.level] = decode_hashes(self.read_tile(tile) or b"", tile.width)
            bundle = tile_of(ENTRIES, size // WIDTH, size)
            if bundle.width:
                tail = decode_bundle(self.read_tile(bundle) or b"")[: bundle.width]
        except TileRefused:
            return None
        # The last bundle is grown further, so its entries must be those of the hashes beside them.
        if [leaf_hash(entry) for entry in tail] != (levels[0] if levels else []):
            return None
        return Edge(size, levels, tail)

    def _make_folder(self, folder: Path) -> set[Path]:
        """Make a folder and return it, and those above it that gained a name, for flushing."""
        touched = {folder}
        while not folder.is_dir():
            folder = folder.parent
            touched.add(folder)
        for new in sorted(touched):
            new.mkdir(exist_ok=True)
        return touched


def _write(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    handle = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    try:
        # write() may take less than it is given, above all on a disk that is nearly full.
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    # After the flush. The other way round a crash could leave the name of a tile with nothing
    # behind it.
    temporary.replace(target)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
