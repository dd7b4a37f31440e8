"""Following a log from visit to visit: what a stranger keeps of it, and what does not go on from
that.

1. The head is signed by a key that is trusted, and goes on from every checkpoint seen before.
2. Every entry since the last visit is there, whole, and leads to it.
3. Every commitment to the index of handles among them is made again from the entries alone: each
   run must have exactly the records that the log has, and none may cover less than the one before.
4. Entries about people are committed to within :data:`COMMIT_GRACE`.
5. The demands are met: witnesses, and not too old.

What is kept moves forward only over what was found whole. The folder is the monitor's own: anyone
who can write it can make it overlook something.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryBody, EntryRefused, parse
from aboveboard.ledger.format.handle_index import (
    COMMITTED,
    RECORD_BYTES,
    HandleRun,
    committed_runs,
    place_of,
    record,
)
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tiles import HEIGHT, WIDTH
from aboveboard.ledger.format.tree import CompactRange, leaf_hash, root_of
from aboveboard.ledger.run_files import merged_records, write_run
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.fresh import FreshnessPolicy, check_demands
from aboveboard.ledger.verify.head import read_head
from aboveboard.ledger.verify.history import SeenCheckpoint, append_seen, check_history, read_seen
from aboveboard.ledger.verify.log import check_entries
from aboveboard.ledger.verify.sources import LogSource
from aboveboard.ledger.verify.walk import LogWalk

COMMIT_GRACE: Final = timedelta(hours=1)
"""Longest time between an entry about somebody and the commitment that covers it. Our choice: far
above the half minute that a worker takes."""
_VERSION: Final = 1

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class FollowedLog:
    """What is kept between two visits.

    ``tree``: the leaves that were read, a multiple of 256. ``position``: the place of the next
    entry whose handle is to be noted. ``runs``: those of the newest commitment, which were made
    again. ``tail``: records of entries that it does not cover yet, in the order of the log.
    ``uncovered``: the moment of the first of these.
    """

    folder: Path
    origin: str = ""
    tree: CompactRange = field(default_factory=CompactRange)
    position: int = 0
    runs: list[HandleRun] = field(default_factory=list)
    tail: list[bytes] = field(default_factory=list)
    uncovered: str = ""

    @property
    def seen_file(self) -> Path:
        """Where every checkpoint seen is kept."""
        return self.folder / "seen.json"

    def run_file(self, run: HandleRun) -> Path:
        """Where a run that was made again is kept."""
        return self.folder / "runs" / f"{run.first}-{run.end}.run"

    def observe(self, place: int, entry: EntryBody) -> str | None:
        """Take note of the next entry; return what is wrong with it, if it is a commitment."""
        self.position = place + 1
        if entry.handle is not None:
            self.tail.append(record(entry.handle, place))
            self.uncovered = self.uncovered or clock.to_text(entry.at)
        return self._commitment(place, entry) if entry.kind == COMMITTED else None

    def _commitment(self, place: int, entry: EntryBody) -> str | None:
        """Step 3, for one."""
        try:
            runs = committed_runs(entry)
        except AboveboardError as refused:
            return str(refused)
        before = self.runs[-1].end if self.runs else 0
        if runs[-1].end > place:
            return "it speaks of entries that come after it"
        if runs[-1].end < before:
            return f"it goes to {runs[-1].end:,}, and the one before went to {before:,}"
        for run in runs:
            if run not in self.runs and self._made_again(run) != run:
                return (
                    f"its run of the entries {run.first:,} to {run.end - 1:,} is not what the log "
                    "has: somebody's list may lack an entry, or hold one of somebody else"
                )
        self._keep(runs, entry.at)
        return None

    def _made_again(self, run: HandleRun) -> HandleRun:
        inside = range(run.first, run.end)
        with ExitStack() as stack:
            files = [
                self.run_file(each)
                for each in self.runs
                if each.first < run.end and run.first < each.end
            ]
            tail = self.folder / "runs" / ".tail.run"
            write_run(tail, 0, self.position, sorted(self.tail))
            records = merged_records([*files, tail], stack)
            return write_run(
                self.run_file(run),
                run.first,
                run.end,
                (each for each in records if place_of(each) in inside),
            )

    def _keep(self, runs: list[HandleRun], at: datetime) -> None:
        self.runs = runs
        end = runs[-1].end
        self.tail = [each for each in self.tail if place_of(each) >= end]
        self.uncovered = clock.to_text(at) if self.tail else ""


def open_followed(folder: Path) -> FollowedLog:
    """Return what was kept in a folder; nothing yet, if it is new.

    Raises:
        Invalid: the folder holds something else, or not all that was kept.
    """
    file = folder / "state.json"
    if not file.is_file():
        return FollowedLog(folder)
    try:
        kept = json.loads(file.read_text("utf-8"))
        if kept["v"] != _VERSION:
            raise ValueError
        tail = bytes.fromhex(kept["tail"])
        size, peaks = int(kept["size"]), [bytes.fromhex(peak) for peak in kept["peaks"]]
        if size % WIDTH or len(peaks) != size.bit_count() or len(tail) % RECORD_BYTES:
            raise ValueError
        followed = FollowedLog(
            folder,
            str(kept["origin"]),
            CompactRange(size, peaks),
            int(kept["position"]),
            [
                HandleRun(int(first), int(end), int(records), bytes.fromhex(root))
                for first, end, records, root in kept["runs"]
            ],
            [tail[at : at + RECORD_BYTES] for at in range(0, len(tail), RECORD_BYTES)],
            str(kept["uncovered"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        fix = "Give another folder, or delete it to follow the log from its beginning."
        raise Invalid(found=f"{folder} is not what was kept of a log", fix=fix) from None
    if not all(followed.run_file(run).is_file() for run in followed.runs):
        fix = "Delete the folder but for seen.json, to follow the log from its beginning."
        raise Invalid(found=f"{folder} lacks a file that was kept", fix=fix)
    return followed


def visit(
    source: LogSource,
    trusted: Sequence[Verifier],
    followed: FollowedLog,
    demands: FreshnessPolicy,
    progress: Progress,
) -> VerificationReport:
    """Visit a log once, keep what was whole, and return what was found.

    Raises:
        SourceUnreadable: the files cannot be read, so nothing can be said.
        Invalid: what was kept is about another log, or does not hold under the trusted keys.
    """
    report = VerificationReport()
    seen = read_seen(followed.seen_file, trusted)
    # 1.
    note = read_head(source, trusted, report)
    if note is None:
        return report
    head = open_with(note, trusted)
    if followed.origin not in ("", head.origin):
        fix = "Keep each log in a folder of its own."
        raise Invalid(found=f"{followed.folder} is about {followed.origin}", fix=fix)
    followed.origin = head.origin
    # Kept also where something is wrong: checkpoints that contradict each other are the evidence.
    now = clock.to_text(demands.now)
    followed.folder.mkdir(parents=True, exist_ok=True)
    append_seen(followed.seen_file, seen, SeenCheckpoint(head, note, now))
    walk = LogWalk(source, head, report)
    check_history(seen, head, walk, report)
    if report.findings:
        return report
    # 2, 3.
    _read_on(walk, head, followed, report, progress)
    # 4.
    _check_covered(followed, demands.now, report)
    # 5.
    check_demands(source, trusted, note, head, walk, demands, report)
    if all(each.what in _OF_THE_MOMENT for each in report.findings):
        _save(followed)
    return report


_OF_THE_MOMENT: Final = (
    FindingKind.NOT_WITNESSED,
    FindingKind.STALE,
    FindingKind.NOT_COMMITTED,
)
"""What may be mended by the next visit, and does not put in doubt what was read."""


def _read_on(
    walk: LogWalk,
    head: Checkpoint,
    followed: FollowedLog,
    report: VerificationReport,
    progress: Progress,
) -> None:
    tree = followed.tree
    report.resumed_at = tree.size
    reached = CompactRange(tree.size, tree.peaks)
    # The last tile is always read, so that the newest entry is known.
    for leaves in walk.leaves(min(tree.size, max(0, head.size - 1))):
        check_entries(leaves, report)
        if leaves.first >= tree.size:
            for hash_ in leaves.hashes:
                reached.append(hash_)
            if len(leaves.hashes) == WIDTH:
                tree.append(root_of(leaves.hashes), HEIGHT)
        if report.findings or leaves.entries is None:
            return
        for place, entry in _new_entries(leaves.first, leaves.entries, leaves.hashes):
            if place >= followed.position and (wrong := followed.observe(place, entry)):
                report.add(
                    FindingKind.WRONG_COMMITMENT,
                    f"The commitment at place {place:,} does not hold: {wrong}.",
                    place,
                    entry.id,
                )
                return
        progress(leaves.first + len(leaves.hashes), head.size)
    if reached.root() != head.root:
        report.add(
            FindingKind.FORK,
            f"The log does not begin with the {report.resumed_at:,} entries that were read before.",
        )


def _new_entries(
    first: int, bodies: Sequence[bytes], hashes: Sequence[bytes]
) -> Iterator[tuple[int, EntryBody]]:
    for at, (body, hash_) in enumerate(zip(bodies, hashes, strict=False)):
        if leaf_hash(body) != hash_:
            return
        try:
            yield first + at, parse(body)
        except EntryRefused:
            return


def _check_covered(followed: FollowedLog, now: datetime, report: VerificationReport) -> None:
    if followed.uncovered and now - clock.from_text(followed.uncovered) > COMMIT_GRACE:
        report.add(
            FindingKind.NOT_COMMITTED,
            f"{len(followed.tail):,} entries about people wait since {followed.uncovered} to be "
            "committed to. Until they are, nobody can prove that their list is whole.",
            place_of(followed.tail[0]),
        )


def _save(followed: FollowedLog) -> None:
    """Write what is kept, whole or not at all; then delete runs that nothing names any more."""
    kept = {
        "v": _VERSION,
        "origin": followed.origin,
        "size": followed.tree.size,
        "peaks": [peak.hex() for peak in followed.tree.peaks],
        "position": followed.position,
        "runs": [[run.first, run.end, run.records, run.root.hex()] for run in followed.runs],
        "tail": b"".join(followed.tail).hex(),
        "uncovered": followed.uncovered,
    }
    temporary = followed.folder / ".state.json.tmp"
    with temporary.open("w", encoding="utf-8") as out:
        out.write(json.dumps(kept) + "\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(followed.folder / "state.json")
    names = {followed.run_file(run).name for run in followed.runs}
    for file in (followed.folder / "runs").glob("*.run"):
        if file.name not in names:
            file.unlink()
