"""The index of handles on the disk of an instance: one file for each run, named after its range.

Every file is made of the log's entries alone and can be made again, so none is in a backup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Damaged
from aboveboard.ledger.folder import LogFolder
from aboveboard.ledger.format.handle_index import HandleRun, record
from aboveboard.ledger.models import Entry
from aboveboard.ledger.run_files import RunFile, merged_records, write_run

FOLDER: Final = "handles"
"""The name of the folder inside the instance's."""
PART: Final = 1 << 20
"""Places whose records are sorted in memory at a time: some 100 MB."""


class IndexDamaged(Damaged):
    """The index of handles made again of {run} is not the one that was committed to."""

    code = "index_damaged"
    next_step = "Nothing is proved by it. Run: aboveboard ledger verify --instance"


@dataclass(frozen=True, slots=True)
class RunRange:
    """Which entries a run is of: the places ``[first, end)``."""

    first: int
    end: int

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return run_folder().path / f"{self.first}-{self.end}.run"


def run_folder() -> LogFolder:
    """Return the folder of the index; a writer holds its lock."""
    return LogFolder(settings.current().path(FOLDER))


def make_run(run: RunRange) -> HandleRun:
    """Write a run from the entries in the database."""
    if run.end - run.first <= PART:
        return _written(run, _sorted_records(run.first, run.end))
    cuts = [*range(run.first, run.end, PART), run.end]
    parts = [RunRange(first, end) for first, end in pairwise(cuts)]
    for part in parts:
        _written(part, _sorted_records(part.first, part.end))
    merged = merge_runs(parts)
    for part in parts:
        part.file.unlink()
    return merged


def merge_runs(runs: Sequence[RunRange]) -> HandleRun:
    """Write one run of several that follow upon each other. Memory does not grow with them."""
    with ExitStack() as stack:
        records = merged_records([run.file for run in runs], stack)
        return _written(RunRange(runs[0].first, runs[-1].end), records)


def restored_run(run: HandleRun) -> RunRange:
    """Return a run that was committed to, made again where its file is gone, or of another log that
    this folder held once.

    Raises:
        IndexDamaged: what the database holds does not lead to the root committed to.
    """
    place = RunRange(run.first, run.end)
    if not _holds(place, run):
        with run_folder().lock():
            if not _holds(place, run) and make_run(place) != run:
                place.file.unlink()
                raise IndexDamaged(run=f"{run.first} to {run.end}")
    return place


def _holds(place: RunRange, run: HandleRun) -> bool:
    """Whether the file is that of the run."""
    if not place.file.exists():
        return False
    with ExitStack() as stack:
        file = RunFile(place.file, stack)
        return (file.count, file.root()) == (run.records, run.root)


def keep_only(runs: Iterable[RunRange]) -> None:
    """Delete every other file of the index. The caller holds the lock."""
    kept = {run.file.name for run in runs}
    for file in run_folder().path.glob("*.run"):
        if file.name not in kept:
            file.unlink(missing_ok=True)


def _written(run: RunRange, records: Iterable[bytes]) -> HandleRun:
    return write_run(run.file, run.first, run.end, records)


def _sorted_records(first: int, end: int) -> list[bytes]:
    rows = Entry.objects.filter(
        leaf_index__gte=first, leaf_index__lt=end, handle__isnull=False
    ).values_list("handle", "leaf_index")
    return sorted(
        record(handle, place)
        for handle, place in rows.iterator(chunk_size=10_000)
        if handle is not None and place is not None
    )
