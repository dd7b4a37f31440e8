"""Checking a published log, from its signature down to each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryRefused, parse
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tiles import HashReader
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.verify.findings import Report, What
from aboveboard.ledger.verify.head import read_head
from aboveboard.ledger.verify.sources import Source
from aboveboard.ledger.verify.walk import Leaves, Walk

Progress = Callable[[int, int], None]
"""Called with how many entries are done, and how many there are."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def verify_log(
    source: Source, trusted: Sequence[Verifier], *, remembered: Checkpoint | None = None, progress: Progress = no_progress
) -> tuple[Report, str | None]:
    """Check a whole log; return what was found, and the log's signed checkpoint if its signature holds.

    1. The checkpoint is there, well formed, and signed by a trusted key of this log.
    2. The tiles lead from its root to every leaf.
    3. Every entry is there, in its place, hashes to its leaf, and is well formed.
    4. The log contains the checkpoint that was ``remembered`` from an earlier check, and is not behind it.

    Memory does not grow with the log.

    Raises:
        SourceUnreadable: the files cannot be read, so nothing can be said.
    """
    report = Report()
    note = read_head(source, trusted, report)
    if note is None:
        return report, None
    head = open_with(note, trusted)
    walk = Walk(source, head, report)
    for leaves in walk.leaves():
        check_entries(leaves, report)
        progress(leaves.first + len(leaves.hashes), head.size)
    if remembered is not None:
        check_history(remembered, head, walk, report)
    return report, note


def check_entries(leaves: Leaves, report: Report) -> None:
    """Step 3, for the leaves of one tile."""
    first, expected = leaves.first, leaves.hashes
    report.entries += len(expected)
    if leaves.entries is None:
        last = first + len(expected) - 1
        report.add(What.MISSING_ENTRY, f"The entries {first} to {last} are missing: their bundle is not there.", first)
        return
    found = [leaf_hash(entry) for entry in leaves.entries]
    if found != expected:
        for what, sentence, index, entry in _differences(first, expected, found, leaves.entries):
            report.add(what, sentence, index, _id_of(entry))
    for place, entry in enumerate(leaves.entries):
        if place < len(expected) and found[place] == expected[place]:
            try:
                parse(entry)
            except EntryRefused as error:
                report.add(What.MALFORMED_ENTRY, f"Entry {first + place} was recorded as it is, but: {error}", first + place)


def _differences(
    first: int, expected: list[bytes], found: list[bytes], entries: list[bytes]
) -> Iterator[tuple[What, str, int, bytes | None]]:
    """Say how two sequences of hashes differ: (what, sentence, place, entry as found)."""
    due, there = set(expected), set(found)
    for tag, low, high, found_low, found_high in SequenceMatcher(None, expected, found, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        spare = list(range(found_low, found_high))
        for place in range(low, high):
            if expected[place] in there:
                moved = found.index(expected[place])
                yield What.MOVED_ENTRY, f"Entry {first + place} is not in its place, but at {first + moved}.", first + place, entries[moved]
            elif any(found[at] not in due for at in spare):
                at = next(at for at in spare if found[at] not in due)
                spare.remove(at)
                yield What.CHANGED_ENTRY, f"Entry {first + place} was changed: it does not hash to its leaf.", first + place, entries[at]
            else:
                yield What.MISSING_ENTRY, f"Entry {first + place} is missing.", first + place, None
        for at in spare:
            if found[at] not in due:
                yield What.EXTRA_ENTRY, f"An entry that was never recorded stands at place {first + at}.", first + at, entries[at]


def check_history(remembered: Checkpoint, head: Checkpoint, walk: Walk, report: Report) -> None:
    """Step 4: the log still begins with what was seen before. ``remembered`` was checked when it was remembered."""
    if remembered.origin != head.origin:
        report.add(What.FORK, f"The checkpoint seen before is of another log, {remembered.origin}.")
    elif remembered.size > head.size:
        report.add(What.STALE, f"The log shows {head.size} entries, but showed {remembered.size} before: it is stale or was cut.")
    elif remembered.size:
        root = HashReader(head.size, walk.hashes_of).root((0, remembered.size))
        if root != remembered.root:
            report.add(What.FORK, f"The log is a fork: its first {remembered.size} entries are not those of the checkpoint seen before.")


def _id_of(entry: bytes | None) -> int | None:
    try:
        return parse(entry).id if entry is not None else None
    except EntryRefused:
        return None
