"""Walking down a tree from its signed root, so that every hash is known to be
right before it is used.

The signed root vouches for the partial tiles of the right edge; each hash in a tile vouches for the
tile below it; each hash of a level-0 tile for one entry. When a tile does not lead to the hash
above it, it is held against what lies below, and the mixture of the two that does lead there tells
which is wrong. Memory: one tile a level and one bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from aboveboard.ledger.format.checkpoint import Checkpoint
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
from aboveboard.ledger.format.tree import HASH_BYTES, leaf_hash, root_of
from aboveboard.ledger.verify.ahead import ReadAhead
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.sources import LogSource

MIXED: Final = 8
"""Most places of one tile at which it is tried which side is right: 2**8 mixtures."""


@dataclass(frozen=True, slots=True)
class TileLeaves:
    """The leaves below one level-0 tile: from place ``first`` on, their hashes and
    the entries as published.

    ``proved`` says whether the hashes lead to the signed root. ``entries`` is None
    where there is no bundle.
    """

    first: int
    hashes: list[bytes]
    proved: bool
    entries: list[bytes] | None


class LogWalk:
    """One pass over a log. Findings about tiles go to the report; entries are
    left to the caller."""

    def __init__(
        self, source: LogSource, checkpoint: Checkpoint, report: VerificationReport
    ) -> None:
        self._source = source
        self._size = checkpoint.size
        self._root = checkpoint.root
        self._report = report

    def leaves(self, start: int = 0) -> Iterator[TileLeaves]:
        """Yield the leaves of the log in order, a tile at a time, from the tile that
        holds leaf ``start`` on."""
        edge = right_edge(self._size)
        hashes, proved = self._edge_hashes(edge)
        # From the highest level down: there the oldest leaves are, and so they come in order.
        for tile in reversed(edge):
            if tile.level == 0:
                yield self._leaves(tile, hashes[tile], proved)
                continue
            yield from self._children(tile, hashes[tile], proved, start)

    def hashes_of(self, tile: Tile) -> list[bytes]:
        """Return a tile's hashes as they are published, unchecked; zeros for what is missing."""
        return self._published(tile) or [bytes(HASH_BYTES)] * tile.width

    def _children(
        self, tile: Tile, hashes: list[bytes], proved: bool, start: int
    ) -> Iterator[TileLeaves]:
        """Go down below each hash of a tile above level 0."""
        children = [
            Tile(tile.level - 1, tile.number * WIDTH + place, WIDTH) for place in range(len(hashes))
        ]
        pairs = [
            (child, hash_)
            for child, hash_ in zip(children, hashes, strict=True)
            if child.full_end > start
        ]
        self._expect([child for child, _ in pairs])
        for child, hash_ in pairs:
            yield from self._descend(child, hash_, proved, start)

    def _expect(self, tiles: Sequence[Tile]) -> None:
        """Tell a source that can fetch ahead what will be read next, in that order."""
        # Higher tiles are few.
        if isinstance(self._source, ReadAhead) and tiles and tiles[0].level == 0:
            self._source.expect(
                path
                for tile in tiles
                for path in (tile.path, Tile(ENTRIES, tile.number, WIDTH).path)
            )

    def _descend(
        self, tile: Tile, expected: bytes, proved: bool, start: int
    ) -> Iterator[TileLeaves]:
        hashes = self._published(tile)
        if hashes is None or root_of(hashes) != expected:
            hashes, settled = self._resolve_tile(
                tile, hashes, lambda mixture: root_of(mixture) == expected
            )
            proved = proved and settled
        if tile.level == 0:
            yield self._leaves(tile, hashes, proved)
            return
        yield from self._children(tile, hashes, proved, start)

    def _leaves(self, tile: Tile, hashes: list[bytes], proved: bool) -> TileLeaves:
        return TileLeaves(tile.first, hashes, proved, self._bundle(tile))

    def _edge_hashes(self, edge: Sequence[Tile]) -> tuple[dict[Tile, list[bytes]], bool]:
        """Return the hashes of the partial tiles, and whether they lead to the signed root."""

        def leads_up(hashes: dict[Tile, list[bytes]]) -> bool:
            return Edge(self._size, [hashes[tile] for tile in edge], []).root() == self._root

        published = {tile: self._published(tile) for tile in edge}
        missing = [tile for tile, hashes in published.items() if hashes is None]
        guess = {tile: hashes or self._roots_below(tile) for tile, hashes in published.items()}
        if not missing and leads_up(guess):
            return guess, True
        for tile in missing or edge:
            settled: list[list[bytes]] = []

            def fits(
                mixture: list[bytes], tile: Tile = tile, settled: list[list[bytes]] = settled
            ) -> bool:
                if leads_up({**guess, tile: mixture}):
                    settled.append(mixture)
                return bool(settled)

            trial = VerificationReport()
            self._resolve_tile(tile, published[tile], fits, trial)
            if settled:
                for finding in trial.findings:
                    self._report.add(finding.what, finding.sentence)
                return {**guess, tile: settled[0]}, True
        names = ", ".join(tile.path for tile in missing or edge)
        self._report.add(
            FindingKind.MISSING_TILE if missing else FindingKind.WRONG_TILE,
            f"The tiles at the right edge do not lead to the root: {names}.",
        )
        return guess, False

    def _resolve_tile(
        self,
        tile: Tile,
        published: list[bytes] | None,
        fits: Callable[[list[bytes]], bool],
        report: VerificationReport | None = None,
    ) -> tuple[list[bytes], bool]:
        """Find out what a tile should hold, from itself and from what is below it,
        and report what is wrong.

        Returns the hashes to go on with, and whether they fit.
        """
        report = report or self._report
        below = self._roots_below(tile)
        if published is None:
            report.add(FindingKind.MISSING_TILE, f"The tile {tile.path} is missing or not whole.")
            return below, fits(below)
        differing = [place for place in range(tile.width) if published[place] != below[place]]
        if len(differing) > MIXED:
            choices: Iterator[tuple[bool, ...]] = iter(
                [(True,) * len(differing), (False,) * len(differing)]
            )
        else:
            # Either side may be the wrong one at each place; the mixture that leads to the signed
            # root tells.
            choices = product((True, False), repeat=len(differing))
        for choice in choices:
            mixture = list(published)
            wrong = [
                place for place, from_below in zip(differing, choice, strict=True) if from_below
            ]
            for place in wrong:
                mixture[place] = below[place]
            if fits(mixture):
                places = ", ".join(str(tile.number * WIDTH + place) for place in wrong[:MIXED])
                report.add(
                    FindingKind.WRONG_TILE,
                    (
                        f"The tile {tile.path} is wrong: hash {places} of level {tile.level} is "
                        "not that of what is below."
                    ),
                )
                return mixture, True
        report.add(
            FindingKind.WRONG_TILE,
            (
                f"The tile {tile.path} does not lead to the signed root, and what is below it does "
                "not either."
            ),
        )
        return published, False

    def _roots_below(self, tile: Tile) -> list[bytes]:
        """Return the hashes that a tile should hold going by what is published below it; zeros
        for what is not there."""
        nothing = bytes(HASH_BYTES)
        if tile.level == 0:
            hashes = [leaf_hash(entry) for entry in self._bundle(tile) or []][: tile.width]
            return hashes + [nothing] * (tile.width - len(hashes))
        first = tile.number * WIDTH
        below = (
            self._published(Tile(tile.level - 1, first + place, WIDTH))
            for place in range(tile.width)
        )
        return [root_of(hashes) if hashes else nothing for hashes in below]

    def _published(self, tile: Tile) -> list[bytes] | None:
        data = self._source.read(tile.path)
        # A log may drop partial tiles once the full one is there.
        if data is None and tile.width < WIDTH:
            data = self._source.read(tile.full.path)
        elif data is not None and len(data) != tile.width * HASH_BYTES:
            return None
        try:
            return decode_hashes(data, tile.width) if data is not None else None
        except TileRefused:
            return None

    def _bundle(self, tile: Tile) -> list[bytes] | None:
        """Return the entries below a level-0 tile, as far as they can be told apart."""
        bundle = tile_of(ENTRIES, tile.number, self._size)
        data, most = self._source.read(bundle.path), 2 * WIDTH
        if data is None and bundle.width < WIDTH:
            data, most = self._source.read(bundle.full.path), bundle.width
        return None if data is None else decode_bundle(data, to_the_end=False)[:most]
