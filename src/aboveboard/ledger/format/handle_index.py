"""The index of handles: which entries of the log have which handle, so that it can be proved that
there are no others.

A *record* is a handle and the place of an entry that has it. A *run* is all records of the entries
in one range of places, in ascending order, under an RFC 6962 tree. A *commitment* is an entry of
the log that names runs which cover the log from its beginning without a gap. Everything in it
follows from the log alone, so whoever reads the log can make it again; and it says nothing that
the log does not. Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.several import root_with
from aboveboard.ledger.format.tree import HASH_BYTES, ProofRefused, leaf_hash, root_of

COMMITTED: Final = "ledger.handles-committed"
"""The kind of the entry that commits to the index."""
HANDLE_BYTES: Final = 16
RECORD_BYTES: Final = HANDLE_BYTES + 8
BLOCK: Final = 4_096
"""Handles of one person under one root: a person's numbers are bound to a secret that the proof
does not give away. Our choice: 4 ms to compute, and nobody has two blocks in an ordinary life."""

_HEX_ROOT = re.compile(r"[0-9a-f]{64}")


class IndexRefused(Invalid):
    """The index of handles does not hold: {found}."""

    code = "index_refused"
    next_step = ""


@dataclass(frozen=True, slots=True)
class HandleRun:
    """All records of the entries at the places ``[first, end)``: how many, and their root."""

    first: int
    end: int
    records: int
    root: bytes


def record(handle: str, place: int) -> bytes:
    """Return the record of an entry: its handle, and its place in 8 bytes, big-endian."""
    return bytes.fromhex(handle) + place.to_bytes(8, "big")


def place_of(record_: bytes) -> int:
    """Return the place that a record names."""
    return int.from_bytes(record_[HANDLE_BYTES:], "big")


def run_of(first: int, end: int, entries: Iterable[tuple[int, str | None]]) -> HandleRun:
    """Return the run of the entries at ``[first, end)``, each given as its place and handle: what
    anybody can compute from the log."""
    records = sorted(record(handle, place) for place, handle in entries if handle is not None)
    return HandleRun(first, end, len(records), root_of([leaf_hash(each) for each in records]))


def runs_as_json(runs: Sequence[HandleRun]) -> list[Json]:
    """Return runs as a commitment's facts have them."""
    return [{"end": run.end, "records": run.records, "root": run.root.hex()} for run in runs]


def committed_runs(entry: EntryBody) -> list[HandleRun]:
    """Return the runs of a commitment.

    Raises:
        IndexRefused: the entry is none, or its runs do not follow upon each other.
    """
    listed = entry.facts.get("runs")
    if entry.kind != COMMITTED or entry.handle is not None or not isinstance(listed, Sequence):
        raise IndexRefused(found="the entry does not commit to an index")
    runs: list[HandleRun] = []
    first = 0
    for each in listed:
        if not isinstance(each, Mapping) or set(each) != {"end", "records", "root"}:
            raise IndexRefused(found="a run is not one")
        end, records, root = each["end"], each["records"], each["root"]
        if type(end) is not int or type(records) is not int or not isinstance(root, str):
            raise IndexRefused(found="a run is not one")
        if not (first < end and 0 <= records <= end - first and _HEX_ROOT.fullmatch(root)):
            raise IndexRefused(found="a run does not follow upon the one before")
        runs.append(HandleRun(first, end, records, bytes.fromhex(root)))
        first = end
    if not runs:
        raise IndexRefused(found="it has no runs")
    return runs


@dataclass(frozen=True, slots=True)
class ShownRecords:
    """Some records of a run by their position in it, and the hashes that prove them."""

    records: Mapping[int, bytes]
    hashes: Sequence[bytes]


def check_shown(run: HandleRun, shown: ShownRecords) -> tuple[list[int], list[bytes]]:
    """Return the positions and the records that a run is proved to have, both ascending.

    Raises:
        IndexRefused, ProofRefused: they do not lead to the run's root, or are not its records.
    """
    positions = sorted(shown.records)
    records = [shown.records[position] for position in positions]
    if any(len(each) != RECORD_BYTES for each in records):
        raise IndexRefused(found="a record is not 24 bytes long")
    # A run that is not in order could hide a record where nobody looks for it.
    if any(before >= after for before, after in pairwise(records)):
        raise IndexRefused(found="its records are not in order")
    if any(not run.first <= place_of(each) < run.end for each in records):
        raise IndexRefused(found="a record is of another run")
    leaves = {position: leaf_hash(each) for position, each in shown.records.items()}
    if root_with(leaves, run.records, shown.hashes) != run.root:
        raise ProofRefused(found="the records lead to another root than the one committed to")
    return positions, records


def places_in(run: HandleRun, positions: list[int], records: list[bytes], handle: str) -> list[int]:
    """Return every place at which the run has the handle, of records that :func:`check_shown`
    returned.

    Raises:
        IndexRefused: the records do not show that there are no others.
    """
    key = bytes.fromhex(handle)
    low = bisect_left(records, key)
    high = low
    while high < len(records) and records[high][:HANDLE_BYTES] == key:
        high += 1
    # The records of the handle, the one before and the one after must stand side by side: then
    # nothing is between them.
    left = positions[low - 1] if low else -1
    right = positions[high] if high < len(records) else run.records
    if [left, *positions[low:high], right] != list(range(left, left + high - low + 2)):
        raise IndexRefused(found="it is not shown that a handle has no other entries")
    return [place_of(each) for each in records[low:high]]


def block_root(handles: Sequence[str]) -> bytes:
    """Return the root of one block of a person's handles, in the order of their numbers."""
    return root_of([leaf_hash(bytes.fromhex(handle)) for handle in handles])


__all__ = [
    "BLOCK",
    "COMMITTED",
    "HASH_BYTES",
    "HandleRun",
    "IndexRefused",
    "ShownRecords",
    "block_root",
    "check_shown",
    "committed_runs",
    "place_of",
    "places_in",
    "record",
    "run_of",
    "runs_as_json",
]
