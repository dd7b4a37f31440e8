"""Reading a leaked file on all cores: blocks of it go out through pipes, digests come back, in the
order of the file. What comes of it is what :func:`digesting.digest` alone would write.

What only the whole file tells is found out here, in turn: where lines end and records begin. All
else is done by the others, who reach neither the database nor the root key. Nothing of what the
file says is written anywhere.

1. A table's first row may name its columns: blocks are read here until there was one.
2. A row in quotes may run on into the block below, which is read as if none did. Where one does,
   that block is read again, from where the row ends.
3. A line that is longer than a block is read here, in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import IO

from aboveboard.basics.errors import Unavailable
from aboveboard.basics.processes import Crew, WorkerEnded, process_count
from aboveboard.engines.leak import LeakLines, LeakPart, LeakTexts
from aboveboard.incidents import limits
from aboveboard.incidents.leaks import reading
from aboveboard.incidents.leaks.blocks import EndlessLine, LineBlock, LineCutter
from aboveboard.incidents.leaks.digesting import DigestedLeak, ReadingPlan, digest
from aboveboard.incidents.leaks.form import LeakShape
from aboveboard.incidents.leaks.lines import as_bytes
from aboveboard.incidents.leaks.reading import (
    JsonRecord,
    LeakRow,
    ReadingState,
    UnreadLine,
    UnreadReason,
)

Record = JsonRecord | LeakRow | UnreadLine


class ReaderGone(Unavailable):
    """A process that read the leaked file has ended."""

    code = "reader_gone"
    next_step = "Open the file again: nothing of it was kept. Is there enough memory?"


@dataclass(frozen=True, slots=True)
class DigestedPart:
    """What came of a block: its digests, how many lines there were, and how far it was read."""

    done: DigestedLeak
    texts: LeakTexts
    state: ReadingState


Task = LineBlock | Sequence[Record]
Readers = Crew[Task, DigestedPart]


def count_processes(size: int) -> int:
    """Return how many processes should read a file of ``size`` bytes; 0 is this one alone."""
    return process_count(size, alone=limits.LEAK_ALONE_BYTES, most=limits.LEAK_PROCESSES)


def read(
    stream: IO[bytes], plan: ReadingPlan, writer: LeakLines, *, processes: int
) -> DigestedLeak:
    """Read a leaked file and write its digests; ``processes`` do it, or this one alone.

    Raises:
        ReaderGone: one of them died.
    """
    if not processes:
        return digest(reading.rows(stream, plan.form), plan, writer)
    with closing(Crew(start, plan, processes)) as crew:
        try:
            return share(stream, plan, writer, crew)
        except WorkerEnded:
            raise ReaderGone from None


def share(stream: IO[bytes], plan: ReadingPlan, writer: LeakLines, crew: Readers) -> DigestedLeak:
    """Read a leaked file with the help of a crew that :func:`start` made."""
    if plan.form.shape in reading.RECORDS:
        return _read_records(stream, plan, writer, crew)
    return _LeakFileLines(plan, writer).read(stream, crew)


def start(plan: ReadingPlan) -> Callable[[Task], DigestedPart]:
    """Return what reads a block of lines, or some records, by itself."""

    def read_part(task: Task) -> DigestedPart:
        if isinstance(task, LineBlock):
            # As of the middle of a file: see 1 and 2.
            return _read_block(task, plan, ReadingState(begun=True, next=task.first))
        part = LeakPart()
        done = digest((reading.read_record(each, plan.form) for each in task), plan, part)
        return DigestedPart(done, part.texts(), ReadingState())

    return read_part


def _read_block(block: LineBlock, plan: ReadingPlan, state: ReadingState) -> DigestedPart:
    part = LeakPart()
    done = digest(reading.rows_of(block, plan.form, state), plan, part)
    return DigestedPart(done, part.texts(), state)


class _LeakFileLines:
    """A file of lines as it is read."""

    def __init__(self, plan: ReadingPlan, writer: LeakLines) -> None:
        self._plan, self._writer = plan, writer
        self._done = DigestedLeak()
        self._joined = plan.form.shape is LeakShape.SEPARATED
        self._state = ReadingState()

    def read(self, stream: IO[bytes], crew: Readers) -> DigestedLeak:
        for block, part in crew.in_order(self._tasks(stream)):
            if self._state.next > block.first:  # 2
                self._read_here(block)
            else:
                self._take(part)
        return self._done

    def _tasks(self, stream: IO[bytes]) -> Iterator[tuple[LineBlock, LineBlock]]:
        cutter = LineCutter(as_bytes(stream), size=limits.LEAK_BLOCK_BYTES)
        for block in cutter.blocks(joined=self._joined):
            if isinstance(block, EndlessLine):  # 3
                pieces = (
                    UnreadLine(block.number, UnreadReason.TOO_LONG, line.piece)
                    for line in block.pieces
                )
                self._done.add(digest(pieces, self._plan, self._writer))
            elif self._joined and not self._state.begun:  # 1
                self._read_here(block)
            else:
                yield block, block

    def _read_here(self, block: LineBlock) -> None:
        self._take(_read_block(block, self._plan, self._state))

    def _take(self, part: DigestedPart) -> None:
        self._state = part.state
        self._done.add(part.done)
        self._writer.add_part(part.texts)


def _read_records(
    stream: IO[bytes],
    plan: ReadingPlan,
    writer: LeakLines,
    crew: Readers,
) -> DigestedLeak:
    done = DigestedLeak()
    batches = _batches(reading.records(stream, plan.form))
    for _, part in crew.in_order((None, batch) for batch in batches):
        done.add(part.done)
        writer.add_part(part.texts)
    return done


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += _size(record)
        # By records and by bytes: long ones must not make a batch that a process cannot hold.
        if len(batch) == limits.LEAK_BATCH or size > limits.LEAK_BLOCK_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(record: Record) -> int:
    if isinstance(record, JsonRecord):
        return len(record.data)
    if isinstance(record, LeakRow):
        return sum(map(len, record.cells))
    return len(record.text)
