"""A log of a hundred million entries: ``python -m bench.ledger.scale [ENTRIES]``. Not part of
``make bench``: it takes a while and 3.2 GB.

What is real: the hash tiles of every entry, written by the code that writes a log's tiles and read
from the disk; putting entries into the tree on top of them, by the code and on the database that
an instance uses; proofs of entries anywhere in it; the verifier's walk over all of it. What is
left out: the entry bundles of the generated part (at 185 bytes an entry another 18.9 GB, at the
330 of a use 33 GB), which are made up again when the verifier asks for them, and the generated
entries' rows in the database.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from bench.instance import instance, python

SIZES = (1_000_192, 10_000_128, 100_000_000)
"""Multiples of 256, so that the generated part ends where a tile ends."""

APPENDED = 50_000
PROOFS = 200
READ = 1_000_000

_ENTRY = (
    b'{"actor":{"id":"7","kind":"staff","role":"adviser","team":""},'
    b'"at":"2026-03-01T12:00:00.000000Z","facts":{},"handle":"0123456789abcdef0123456789abcdef",'
    b'"id":%d,"kind":"use.granted","v":1}'
)


def entry(index: int) -> bytes:
    """The entry at a place of the generated log."""
    return _ENTRY % (index + 1)


def say(what: str) -> None:
    """Print a line at once."""
    print(what, flush=True)


def peak() -> int:
    """The most memory this process ever took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work: Callable[[], object]) -> float:
    """The seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def inner(largest: int) -> None:
    """Run inside the instance."""
    import django

    django.setup()
    from django.db import connection

    from aboveboard.ledger.format.tiles import Edge
    from aboveboard.ledger.published import log_folder

    folder, edge = log_folder().path, Edge.empty()
    say(f"on {connection.vendor}")
    for size in (0, *(size for size in SIZES if size <= largest)):
        took = timed(lambda size=size: grow(folder, edge, size))  # type: ignore[misc]
        if size:
            say(
                f"{size:,} entries: generated in {took:.0f} s, {on_disk(folder) / 1e9:.2f} GB of "
                "hash tiles on disk"
            )
        appending(edge)
    proving(edge.size)
    verifying(folder, edge.size)


def grow(folder: Path, edge: object, size: int) -> None:
    """Grow the log to ``size`` entries: the tiles of the writer's own code, without waiting
    for the disk at each."""
    from aboveboard.ledger.format.tiles import Edge

    assert isinstance(edge, Edge)
    while edge.size < size:
        first = edge.size
        leaves = [
            sha256(b"\x00" + _ENTRY % number).digest()
            for number in range(first + 1, min(first + 65_536, size) + 1)
        ]
        for tile, data in edge.grow(leaves):
            target = folder / tile.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    for tile, data in edge.partials():
        target = folder / tile.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def on_disk(folder: Path) -> int:
    """Bytes that the files take on the disk."""
    return sum(
        # A million files.
        os.stat(os.path.join(top, name)).st_blocks * 512  # noqa: PTH118, PTH116
        for top, _, names in os.walk(folder)
        for name in names
    )


def appending(edge: object) -> None:
    """Sign the generated log, then append and sequence on top of it as an instance does."""
    from django.db import connection, transaction

    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now, signer
    from aboveboard.ledger.actions import NewEntry, append_many
    from aboveboard.ledger.format.checkpoint import Checkpoint
    from aboveboard.ledger.format.tiles import Edge
    from aboveboard.ledger.models import CheckpointRow, Entry
    from aboveboard.ledger.published import log_folder

    assert isinstance(edge, Edge)
    Entry.objects.all().delete()
    CheckpointRow.objects.all().delete()
    folder = log_folder()
    if edge.size:
        head = Checkpoint(signer().name, edge.size, edge.root())
        CheckpointRow.objects.create(
            size=head.size, root=head.root, note=head.sign(signer()), at=clock.now()
        )
        folder.write_note("checkpoint", head.sign(signer()))
        folder.write_note("vkey", signer().vkey + "\n")
    entries = [
        NewEntry("use.granted", SYSTEM, clock.now(), f"{number:032x}", {"purpose": "deliver"})
        for number in range(APPENDED)
    ]

    def append() -> None:
        for first in range(0, APPENDED, 500):
            with transaction.atomic():
                append_many(entries[first : first + 500])

    appended = APPENDED / timed(append)
    sequenced = APPENDED / timed(sequence_now)
    say(
        f"{edge.size:,} entries before: {appended:,.0f} appended/s, {sequenced:,.0f} put into the "
        f"tree/s ({connection.vendor})"
    )


def proving(size: int) -> None:
    """Prove entries anywhere in the log, by the query that the portal uses; check each proof."""
    from aboveboard.basics import clock
    from aboveboard.keys.log_signing import signer
    from aboveboard.ledger import queries
    from aboveboard.ledger.format import proof as proofs
    from aboveboard.ledger.format.tree import leaf_hash
    from aboveboard.ledger.models import Entry
    from aboveboard.ledger.published import log_folder

    picks = random.Random(518).sample(range(size), PROOFS)
    rows = [
        Entry(
            leaf_index=n,
            at=clock.now(),
            kind="use.granted",
            handle=None,
            body=entry(n),
            leaf_hash=leaf_hash(entry(n)),
        )
        for n in picks
    ]
    ids = [row.pk for row in Entry.objects.bulk_create(rows)]
    folder = log_folder().path
    # What the system remembers of these files is let go, so that the disk is asked.
    for number in picks:
        for level in range(4):
            tile = number >> 8 * (level + 1)
            for name in (
                folder.glob(f"tile/{level}/**/{tile % 1000:03d}")
                if level > 1
                else [_file(folder, level, tile)]
            ):
                if name.is_file():
                    handle = os.open(name, os.O_RDONLY)
                    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                    os.close(handle)
    for how in ("cold", "warm"):
        took = sorted(timed(lambda pk=pk: queries.proof(pk)) for pk in ids)  # type: ignore[misc]
        say(
            f"proof, {how}: median {took[len(took) // 2] * 1e3:.2f} ms, 99 % "
            f"{took[int(len(took) * 0.99)] * 1e3:.2f} ms"
        )
    for pk, number in zip(ids, picks, strict=True):
        assert proofs.verify(queries.proof(pk), signer().verifier)[1] == number


def _file(folder: Path, level: int, number: int) -> Path:
    from aboveboard.ledger.format.tiles import WIDTH, Tile

    return folder / Tile(level, number, WIDTH).path


def verifying(folder: Path, size: int) -> None:
    """Walk over all hashes of the log down from its signed root; then check a part
    of it, entries and all."""
    from aboveboard.keys.log_signing import signer
    from aboveboard.ledger.format.checkpoint import open_note
    from aboveboard.ledger.format.tiles import encode_bundle, parse_path
    from aboveboard.ledger.format.tree import CompactRange, root_of
    from aboveboard.ledger.verify.findings import VerificationReport
    from aboveboard.ledger.verify.log import verify_log
    from aboveboard.ledger.verify.resume import VerifiedPrefix, keep_place
    from aboveboard.ledger.verify.sources import LogDirectory
    from aboveboard.ledger.verify.walk import LogWalk

    class Source(LogDirectory):
        """The published folder; the bundles of the generated part are made up again."""

        with_entries = False

        def read(self, name: str) -> bytes | None:
            tile = parse_path(name)
            if tile is None or tile.level >= 0 or tile.first >= size:
                return super().read(name)
            return (
                encode_bundle([entry(n) for n in range(tile.first, tile.first + tile.width)])
                if self.with_entries
                else b""
            )

    source, trusted = Source(folder), [signer().verifier]
    head = open_note((folder / "checkpoint").read_text(), trusted[0])
    report, place = VerificationReport(), VerifiedPrefix(head.origin, CompactRange())

    def walk() -> Iterator[object]:
        for leaves in LogWalk(source, head, report).leaves():
            assert leaves.proved
            if leaves.first < size - READ and len(leaves.hashes) == 256:
                place.tree.append(root_of(leaves.hashes), 8)
            yield leaves

    seconds = timed(lambda: sum(1 for _ in walk()))
    assert report.ok, report.findings
    say(
        f"{head.size:,} hashes led to the signed root in {seconds:.0f} s: "
        f"{head.size / seconds:,.0f}/s, peak {peak()} MB"
    )
    keep_place(folder / "place.json", place)
    source.with_entries = True
    start = time.perf_counter()
    report, _ = verify_log(source, trusted, place=folder / "place.json")
    assert report.ok, report.findings
    seconds = time.perf_counter() - start
    say(
        f"{report.entries:,} entries read and checked from place {report.resumed_at:,} on, in "
        f"{seconds:.0f} s: {report.entries / seconds:,.0f}/s, peak {peak()} MB"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["inner"]:
        inner(int(sys.argv[2]))
    else:
        wanted = sys.argv[1] if len(sys.argv) > 1 else "100000000"
        for database in ("sqlite", "postgres"):
            with instance(database) as environment:
                print(
                    python(
                        environment,
                        "bench.ledger.scale",
                        "inner",
                        wanted if database == "sqlite" else str(SIZES[0]),
                    ),
                    flush=True,
                )
