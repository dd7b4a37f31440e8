"""Checking a published log, from its signature down to each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from time import monotonic
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryRefused, parse
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tiles import HEIGHT, WIDTH
from aboveboard.ledger.format.tree import CompactRange, leaf_hash, root_of
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.fresh import FreshnessPolicy, check_demands
from aboveboard.ledger.verify.head import read_head as read_head
from aboveboard.ledger.verify.history import SeenCheckpoint, check_history
from aboveboard.ledger.verify.resume import VerifiedPrefix, keep_place, read_place
from aboveboard.ledger.verify.sources import LogSource
from aboveboard.ledger.verify.walk import LogWalk, TileLeaves

KEEP_EVERY: Final = 2.0
"""Seconds between two writings of how far a check came. Our choice."""

Progress = Callable[[int, int], None]
"""Called with how many entries are done, and how many there are."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def verify_log(
    source: LogSource,
    trusted: Sequence[Verifier],
    *,
    remembered: Checkpoint | None = None,
    seen: Sequence[SeenCheckpoint] = (),
    demands: FreshnessPolicy | None = None,
    place: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[VerificationReport, str | None]:
    """Check a whole log; return what was found, and the log's signed
    checkpoint if its signature holds.

    1. The checkpoint is there, well formed, and signed by a trusted key of this log.
    2. The tiles lead from its root to every leaf.
    3. Every entry is there, in its place, hashes to its leaf, and is well formed.
    4. The log contains every checkpoint that was ``seen`` in earlier checks, and is not behind any.
    5. It meets the ``demands``: witnesses, and not too old.

    ``place`` names a file in which it is kept how far the log was checked; entries before that
    place are not read again. Memory does not grow with the log.

    Raises:
        SourceUnreadable: the files cannot be read, so nothing can be said.
        Invalid: the file ``place`` is not one that was written here.
    """
    report = VerificationReport()
    note = read_head(source, trusted, report)
    if note is None:
        return report, None
    head = open_with(note, trusted)
    walk = LogWalk(source, head, report)
    _check_leaves(walk, head, report, place, progress)
    check_history(
        [*seen, *([SeenCheckpoint(remembered, "")] if remembered else [])], head, walk, report
    )
    if demands is not None:
        check_demands(source, trusted, note, head, walk, demands, report)
    return report, note


def _check_leaves(
    walk: LogWalk,
    head: Checkpoint,
    report: VerificationReport,
    file: Path | None,
    progress: Progress,
) -> None:
    """Steps 2 and 3, from the place that is kept in the file, if there is one."""
    # What is kept is a claim of an earlier check: that the log still begins so, the root at the end
    # must show.
    place = (read_place(file) if file else None) or VerifiedPrefix(head.origin, CompactRange())
    if place.origin != head.origin or place.tree.size > head.size:
        fix = "Give the file of this log; or delete it, to check from the beginning."
        raise Invalid(
            found=(
                f"{file} is about {place.tree.size:,} entries of {place.origin}, and the log shows "
                f"{head.size:,}"
            ),
            fix=fix,
        )
    tree = report_tree = place.tree
    report.resumed_at = tree.size
    due = monotonic() + KEEP_EVERY
    # The last tile is always read, so that the newest entry is known.
    for leaves in walk.leaves(min(tree.size, max(0, head.size - 1))):
        check_entries(leaves, report)
        if leaves.first >= tree.size:
            # The kept place ends at a whole tile: a partial one grows and is read again next time.
            if len(leaves.hashes) < WIDTH:
                report_tree = CompactRange(tree.size, tree.peaks)
                for hash_ in leaves.hashes:
                    report_tree.append(hash_)
            else:
                tree.append(root_of(leaves.hashes), HEIGHT)
            # Kept of what is proved and faultless alone: a place behind a fault would hide it from
            # every later check.
            if file and not report.findings and leaves.proved and monotonic() >= due:
                keep_place(file, place)
                due = monotonic() + KEEP_EVERY
        progress(leaves.first + len(leaves.hashes), head.size)
    if report.resumed_at and report_tree.root() != head.root:
        sentence = (
            f"The log does not begin with the {report.resumed_at:,} entries that were checked "
            f"before. Check it without {file}."
        )
        report.add(FindingKind.FORK, sentence)
    if file and not report.findings:
        keep_place(file, place)


def check_entries(leaves: TileLeaves, report: VerificationReport) -> None:
    """Step 3, for the leaves of one tile."""
    first, expected = leaves.first, leaves.hashes
    report.entries += len(expected)
    if leaves.entries is None:
        last = first + len(expected) - 1
        report.add(
            FindingKind.MISSING_ENTRY,
            f"The entries {first} to {last} are missing: their bundle is not there.",
            first,
        )
        return
    hashes = [leaf_hash(entry) for entry in leaves.entries]
    if hashes != expected:
        for what, sentence, index, entry in _differences(first, expected, hashes, leaves.entries):
            report.add(what, sentence, index, _entry_id(entry))
    for place, entry in enumerate(leaves.entries):
        if place < len(expected) and hashes[place] == expected[place]:
            try:
                report.newest_entry = max(report.newest_entry, clock.to_text(parse(entry).at))
            except EntryRefused as error:
                report.add(
                    FindingKind.MALFORMED_ENTRY,
                    f"Entry {first + place} was recorded as it is, but: {error}",
                    first + place,
                )


def _differences(
    first: int, expected: list[bytes], present: list[bytes], entries: list[bytes]
) -> Iterator[tuple[FindingKind, str, int, bytes | None]]:
    """Say how two sequences of hashes differ: (what, sentence, place, entry as found)."""
    # Changed, moved, missing and extra are told apart by hash: whoever reads the report must know
    # whether something was taken or rewritten.
    due, there = set(expected), set(present)
    for tag, low, high, found_low, found_high in SequenceMatcher(
        # From 200 items on, and a tile has 256, autojunk would leave out those that repeat.
        None,
        expected,
        present,
        autojunk=False,
    ).get_opcodes():
        if tag == "equal":
            continue
        spare = list(range(found_low, found_high))
        for place in range(low, high):
            if expected[place] in there:
                moved = present.index(expected[place])
                yield (
                    FindingKind.MOVED_ENTRY,
                    f"Entry {first + place} is not in its place, but at {first + moved}.",
                    first + place,
                    entries[moved],
                )
            elif any(present[at] not in due for at in spare):
                at = next(at for at in spare if present[at] not in due)
                spare.remove(at)
                yield (
                    FindingKind.CHANGED_ENTRY,
                    f"Entry {first + place} was changed: it does not hash to its leaf.",
                    first + place,
                    entries[at],
                )
            else:
                yield (
                    FindingKind.MISSING_ENTRY,
                    f"Entry {first + place} is missing.",
                    first + place,
                    None,
                )
        for at in spare:
            if present[at] not in due:
                yield (
                    FindingKind.EXTRA_ENTRY,
                    f"An entry that was never recorded stands at place {first + at}.",
                    first + at,
                    entries[at],
                )


def _entry_id(entry: bytes | None) -> int | None:
    try:
        return parse(entry).id if entry is not None else None
    except EntryRefused:
        return None
