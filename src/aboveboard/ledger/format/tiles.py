"""Tiles (C2SP tlog-tiles): which static files a log of some size has, where
they are, what is in them.

Pure. A tile holds up to 256 hashes of one level of the tree; a level-l hash spans 256**l
leaves. An entry bundle holds the entries below one level-0 tile. Only the rightmost tile
of a level may be partial.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aboveboard.basics.errors import Damaged
from aboveboard.ledger.format.tree import HASH_BYTES, Range, node_hash, root_of, split

WIDTH: Final = 256
HEIGHT: Final = 8
MAX_LEVEL: Final = 63
ENTRIES: Final = -1
"""The level under which entry bundles are kept: below the leaves' hashes."""

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class TileRefused(Damaged):
    """The tile is not well formed: {found}."""

    code = "tile_refused"
    next_step = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the log: level (or :data:`ENTRIES`), number within the level, how
    many hashes or entries."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Where it is below the log's prefix: ``tile/0/x001/x234/067.p/12``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        groups = [f"{self.number % 1000:03d}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @property
    def full(self) -> Tile:
        """The same tile when all its places are taken."""
        return Tile(self.level, self.number, WIDTH)

    @property
    def first(self) -> int:
        """The index of the first leaf below this tile."""
        return self.number << HEIGHT * (max(self.level, 0) + 1)

    @property
    def full_end(self) -> int:
        """The index after the last leaf below this tile, once it is full."""
        return (self.number + 1) << HEIGHT * (max(self.level, 0) + 1)


def parse_path(path: str) -> Tile | None:
    """Return the tile that a path names, or None if no tile is kept there."""
    match = _PATH.fullmatch(path)
    if not match:
        return None
    level_text, number_text, width_text = match.groups()
    level = ENTRIES if level_text == "entries" else int(level_text)
    tile = Tile(level, int(number_text.replace("x", "").replace("/", "")), int(width_text or WIDTH))
    # Made again and compared: of each file there is one name, so a cache in front never holds two
    # of it.
    return tile if level <= MAX_LEVEL and tile.path == path else None


def tile_of(level: int, number: int, size: int) -> Tile:
    """Return tile ``number`` of a level as it is in a log of ``size`` entries (width
    0 if it is not there)."""
    width = (size >> HEIGHT * max(level, 0)) - number * WIDTH
    return Tile(level, number, max(0, min(WIDTH, width)))


def right_edge(size: int) -> list[Tile]:
    """Return the partial hash tiles of a log of ``size`` entries, lowest level first."""
    edge = [
        tile_of(level, size >> HEIGHT * (level + 1), size)
        for level in range((size.bit_length() + 7) // HEIGHT)
    ]
    return [tile for tile in edge if tile.width]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle: each entry behind its length in 2 bytes, big-endian.

    Raises:
        TileRefused: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > 0xFFFF:
            raise TileRefused(found="an entry is longer than 65,535 bytes")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes, *, to_the_end: bool = True) -> list[bytes]:
    """Return the entries in a bundle, however many there are.

    Raises:
        TileRefused: the last entry is cut short; unless ``to_the_end`` is
            False, which leaves it out.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > end or start > end:
            if not to_the_end:
                break
            raise TileRefused(found="its last entry is cut short")
        entries.append(data[start:at])
    return entries


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return the bytes of a hash tile."""
    return b"".join(hashes)


def decode_hashes(data: bytes, width: int) -> list[bytes]:
    """Return the first ``width`` hashes of a tile's bytes.

    Raises:
        TileRefused: the bytes are not whole hashes, or too few.
    """
    if len(data) % HASH_BYTES or len(data) < width * HASH_BYTES:
        raise TileRefused(
            found=f"it has {len(data)} bytes, {width} hashes of 32 bytes are expected"
        )
    return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


class HashReader:
    """Roots of ranges of leaves, from tiles. ``read`` returns a tile's hashes; the last
    few are kept in memory."""

    def __init__(self, size: int, read: Callable[[Tile], list[bytes]]) -> None:
        self._size = size
        self._read = lru_cache(maxsize=32)(read)

    def root(self, span: Range) -> bytes:
        """Return the root of the leaves ``[start, end)``, where start is a multiple of
        the span's power of two."""
        start, end = span
        length = end - start
        if length & (length - 1):
            middle = start + split(length)
            return node_hash(self.root((start, middle)), self.root((middle, end)))
        height = length.bit_length() - 1
        level, above = divmod(height, HEIGHT)
        first = (start >> height) << above
        hashes = self._read(tile_of(level, first // WIDTH, self._size))
        return root_of(hashes[first % WIDTH : first % WIDTH + (1 << above)])


@dataclass(slots=True)
class Edge:
    """The right edge of a growing tree: what is needed to add leaves without reading the rest.

    ``levels[l]`` holds the hashes of the partial tile of level l, ``tail`` the entries of the
    partial bundle. Memory: at most 255 hashes a level and 255 entries.
    """

    size: int
    levels: list[list[bytes]]
    tail: list[bytes]

    @classmethod
    def empty(cls) -> Edge:
        """Return the edge of the empty tree."""
        return cls(0, [], [])

    def root(self) -> bytes:
        """Return the root of the tree."""
        rest: list[bytes] = []
        for hashes in self.levels:
            if hashes:
                # From the lowest level up: what a level has left over is the last, smaller subtree
                # of the level above.
                rest = [root_of([*hashes, *rest])]
        return root_of(rest)

    def grow(
        self, leaves: Sequence[bytes], entries: Sequence[bytes] = ()
    ) -> list[tuple[Tile, bytes]]:
        """Add leaf hashes, and their entries if those are wanted, and return
        the tiles that became full.

        The caller gives entries always or never.
        """
        done: list[tuple[Tile, bytes]] = []
        for at in self._steps(len(leaves)):
            if not self.levels:
                self.levels.append([])
            self.levels[0] += leaves[at.start : at.stop]
            self.tail += entries[at.start : at.stop]
            self.size += at.stop - at.start
            # Only here can a tile become full, since the new leaves were cut at this boundary.
            if self.size % WIDTH == 0:
                if entries:
                    done.append(
                        (Tile(ENTRIES, self.size // WIDTH - 1, WIDTH), encode_bundle(self.tail))
                    )
                    self.tail = []
                done += self._carry()
        return done

    def partials(self) -> list[tuple[Tile, bytes]]:
        """Return the partial tiles of the tree as it is, the entry bundle first."""
        edge = [(tile, encode_hashes(self.levels[tile.level])) for tile in right_edge(self.size)]
        if self.tail:
            edge.insert(
                0, (tile_of(ENTRIES, self.size // WIDTH, self.size), encode_bundle(self.tail))
            )
        return edge

    def _steps(self, count: int) -> Iterator[range]:
        """Cut ``count`` new leaves where tiles end."""
        at = 0
        while at < count:
            end = min(count, at + WIDTH - (self.size % WIDTH))
            yield range(at, end)
            at = end

    def _carry(self) -> Iterator[tuple[Tile, bytes]]:
        """Turn full levels, from the lowest up, into tiles and one hash each of the level above."""
        level = 0
        while len(self.levels[level]) == WIDTH:
            hashes, self.levels[level] = self.levels[level], []
            yield Tile(level, (self.size >> HEIGHT * (level + 1)) - 1, WIDTH), encode_hashes(hashes)
            level += 1
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(root_of(hashes))
