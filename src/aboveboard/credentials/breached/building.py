"""Making a list, and bringing it up to date, prefix by prefix.

1. The source is read by file of the list: 256 prefixes of a folder, or a text's lines in order.
2. A file is written under another name and renamed: whenever this is killed, each file is the old
   one or the new one. An update flushes each to the disk before.
3. What could not be read is counted, with the places of the first lines.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO, cast

from aboveboard.basics.errors import Invalid, Unavailable
from aboveboard.basics.processes import Crew, WorkerEnded, process_count
from aboveboard.credentials import limits
from aboveboard.credentials.breached import shard
from aboveboard.credentials.breached.breached_list import file_name
from aboveboard.credentials.breached.ranges import (
    RANGE_NAME,
    UnreadLines,
    entries_of_range,
    lines_by_prefix,
)

Progress = Callable[[int], object]
"""Given how many files of the list are written so far."""


@dataclass(slots=True)
class BuiltList:
    """What was written: files of the list, prefixes and entries; and the lines left out."""

    files: int = 0
    prefixes: int = 0
    entries: int = 0
    unread: UnreadLines = field(default_factory=UnreadLines)

    def add(self, other: BuiltList) -> None:
        """Add what was written of another file."""
        self.files += other.files
        self.prefixes += other.prefixes
        self.entries += other.entries
        self.unread.extend(other.unread)


@dataclass(frozen=True, slots=True)
class _ShardTask:
    """One file to be written: its number, and for each prefix of it where its lines are, or the
    lines themselves."""

    number: int
    ranges: Mapping[str, Path | bytes]


@dataclass(frozen=True, slots=True)
class _ListPlan:
    """``update``: prefixes that are not in the source stay as they are in the list."""

    folder: Path
    update: bool
    made_at: int


def build(source: Path, folder: Path, *, progress: Progress = lambda files: None) -> BuiltList:
    """Make a list in ``folder`` of a folder with a file for each prefix, or of one text with a
    SHA-1 on each line in their order (plain, or ``.gz``). Files of the list that are there already
    are written again.

    Raises:
        Invalid: the source is neither, or not whole: a prefix is missing.
    """
    files = _range_files(source)
    missing = shard.SHARDS * shard.BUCKETS - len(files)
    if source.is_dir() and missing:
        raise Invalid(
            found=f"{missing:,} of 1,048,576 prefixes are not in {source}",
            fix="Fetch them all first. To bring in some, run: aboveboard passwords update",
        )
    return _write(_tasks(source, files), source, folder, update=False, progress=progress)


def update(source: Path, folder: Path, *, progress: Progress = lambda files: None) -> BuiltList:
    """Bring the prefixes of a folder into a list that is there; others stay as they are.

    Raises:
        Invalid: the source is no folder of prefixes.
        ListDamaged: a file that they belong to is missing or damaged.
    """
    files = _range_files(source)
    if not source.is_dir():
        raise Invalid(
            found=f"{source} is no folder", fix="Name a folder with a file for each prefix."
        )
    return _write(_tasks(source, files), source, folder, update=True, progress=progress)


def _range_files(source: Path) -> dict[str, Path]:
    if not source.exists():
        raise Invalid(found=f"{source} is not there", fix="Check the path.")
    if not source.is_dir():
        return {}
    files = {
        match[1].upper(): path
        for path in source.iterdir()
        if (match := RANGE_NAME.fullmatch(path.name))
    }
    if not files:
        raise Invalid(
            found=f"no file of a prefix in {source}",
            fix="They are called 00000.txt to FFFFF.txt, with or without .txt.",
        )
    return files


def _tasks(source: Path, files: Mapping[str, Path]) -> Iterator[_ShardTask | UnreadLines]:
    """Yield what each file of the list is made of, in order; of a text, also the lines that
    belong to no prefix."""
    if source.is_dir():
        for digits, prefixes in groupby(sorted(files), key=lambda prefix: prefix[:3]):
            yield _ShardTask(int(digits, 16), {prefix: files[prefix] for prefix in prefixes})
        return
    unread, expected = UnreadLines(), 0
    with _open_text(source) as lines:
        ranges = lines_by_prefix(lines, unread)
        for digits, grouped in groupby(ranges, key=lambda each: each[0][:3]):
            number = int(digits, 16)
            # What no line begins with is an empty file, never a missing one.
            yield from (_ShardTask(empty, {}) for empty in range(expected, number))
            yield _ShardTask(number, dict(grouped))
            expected = number + 1
    if not expected:
        raise Invalid(
            found=f"no line of {source} begins with a SHA-1",
            fix="A line is 40 hexadecimal digits, a colon and how often it was met.",
        )
    yield from (_ShardTask(empty, {}) for empty in range(expected, shard.SHARDS))
    yield unread


def _open_text(source: Path) -> IO[bytes]:
    if source.suffix == ".gz":
        return cast(IO[bytes], gzip.GzipFile(source, "rb"))
    return source.open("rb")


def _write(
    tasks: Iterable[_ShardTask | UnreadLines],
    source: Path,
    folder: Path,
    *,
    update: bool,
    progress: Progress,
) -> BuiltList:
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    plan = _ListPlan(folder, update, int(time.time()))
    built = BuiltList()
    for done in _work(tasks, plan, source):
        if isinstance(done, UnreadLines):
            built.unread.extend(done)
            continue
        built.add(done)
        progress(built.files)
    return built


def _work(
    tasks: Iterable[_ShardTask | UnreadLines], plan: _ListPlan, source: Path
) -> Iterator[BuiltList | UnreadLines]:
    # Of a folder each file of the list is a piece of work by itself; a text is read in turn.
    # A few prefixes take longer to share out than to write.
    size = 0 if plan.update else _folder_size(source)
    count = process_count(size, alone=64 << 20, most=limits.BUILD_PROCESSES)
    if not count:
        do = _writer(plan)
        for task in tasks:
            yield task if isinstance(task, UnreadLines) else do(task)
        return
    with closing(Crew(_writer, plan, count)) as crew:
        whole = ((None, task) for task in tasks if isinstance(task, _ShardTask))
        try:
            for _, done in crew.in_order(whole):
                yield done
        except WorkerEnded:
            raise Unavailable(
                what="A process that writes the list has ended",
                fix="Look for room on the disk, and for files that cannot be read; run it again.",
            ) from None


def _folder_size(source: Path) -> int:
    """Return about how many bytes a folder of prefixes has; 0 for a text."""
    if not source.is_dir():
        return 0
    sizes = [path.stat().st_size for path, _ in zip(source.iterdir(), range(256), strict=False)]
    return sum(sizes) * shard.SHARDS if len(sizes) == shard.BUCKETS else 0


def _writer(plan: _ListPlan) -> Callable[[_ShardTask], BuiltList]:
    """Return what writes one file of the list."""

    def write(task: _ShardTask) -> BuiltList:
        name = file_name(task.number)
        built = BuiltList(files=1, prefixes=len(task.ranges))
        buckets: list[list[bytes]] = (
            _read_buckets(plan, task) if plan.update else [[] for _ in range(shard.BUCKETS)]
        )
        for prefix, lines in task.ranges.items():
            data = lines if isinstance(lines, bytes) else lines.read_bytes()
            where = prefix if isinstance(lines, bytes) else lines.name
            entries = entries_of_range(data, prefix, built.unread, name=where)
            built.entries += len(entries)
            buckets[int(prefix[3:], 16)] = entries
        data = shard.encode(task.number, buckets, made_at=plan.made_at)
        # 4,096 flushes take longer than all else, and what a crash of the machine leaves of a new
        # list is found by its sums.
        _replace(plan.folder / name, data, flush=plan.update)
        return built

    return write


def _read_buckets(plan: _ListPlan, task: _ShardTask) -> list[list[bytes]]:
    """Return what the file of the list holds now, each bucket in one piece."""
    name = file_name(task.number)
    try:
        data = (plan.folder / name).read_bytes()
    except OSError:
        raise shard.ListDamaged(what=f"{name} is missing or cannot be opened") from None
    header = shard.decode_header(data, name=name)
    buckets = []
    for bucket in range(shard.BUCKETS):
        start, end = header.span(bucket)
        shard.check_bucket(header, bucket, data[start:end], name=name)
        buckets.append([data[start:end]])
    return buckets


def _replace(path: Path, data: bytes, *, flush: bool) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        if flush:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(path)
