"""What an import of a file would do: read, mapped, sealed, compared and judged as by an import, and
nothing of it kept.

The procedure, numbered as in the code; it follows that of :mod:`aboveboard.intake.load`:

1. Read the header. Nobody else is kept waiting: no lock is taken, and no transaction is open.
2. Read and seal each block under keys that are thrown away, so that whatever an import would refuse
   is refused. Where nobody is held, there may be no key of the index yet, and any will do.
3. Sort out each row as an import would. What it would have stored by then is remembered here: whom
   the file has named, and what objections those would have taken over from others.
4. Count. No run, no problem, no entry, no key is written.

Values of people who are held are compared inside the vault, as an import compares them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from aboveboard.basics.errors import Conflict
from aboveboard.intake import blocks, objections, people_file, workers
from aboveboard.intake.blocks import RowBlock
from aboveboard.intake.changes import ChangeOutcome
from aboveboard.intake.erased import MAYBE
from aboveboard.intake.load import (
    ImportSource,
    file_state,
    held_rows,
    index_number,
    plan_sealing,
)
from aboveboard.intake.models import ImportRun
from aboveboard.intake.people_file import RowProblem
from aboveboard.intake.queries import ImportProblemRecord, ImportReport, report_of
from aboveboard.intake.sealing import Identifier, SealedBlock, SealedKey
from aboveboard.intake.sorting_out import SortedOut, sort_out
from aboveboard.vault import blind, bulk, numbers, queries

_KEY_BYTES = 32
"""Of AES-256, and of HMAC-SHA-256."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would report: its figures, and each row that it would not load as it stands,
    in the order of the file. The report has no number: there is no such import."""

    report: ImportReport
    problems: list[ImportProblemRecord]

    @property
    def held_back(self) -> int:
        """How many rows may be of another person than the one who was erased."""
        return sum(problem.code == MAYBE for problem in self.problems)


def dry_run(
    source: ImportSource,
    *,
    at: datetime,
    progress: Callable[[ImportReport], None] = lambda report: None,
    processes: int | None = None,
) -> DryRun:
    """Return what :func:`.load.load` of this file would do now. An import of it that was stopped is
    not gone on with: whom it stored is held.

    Raises:
        FileRefused, SealerGone: as ``load``.
        Conflict: the file changed meanwhile.
    """
    with source.path.open("rb") as file:
        state = file_state(file)
        columns, start, line = people_file.header(  # 1
            file, source.path.name, source.mapping, source.kinds
        )
        run = ImportRun(
            pk=0,
            file_name=source.path.name[:200],
            started_at=at,
            bytes_done=start,
            lines_done=line,
            people_range=numbers.new_range(),
        )
        judging = _Judging(source, columns, at, run, index_number(source))
        if processes is None:
            processes = workers.process_count(state[0] - start)
        plan = plan_sealing(source, columns, at, _index_key())
        with closing(workers.seal(plan, _tasks(file, run), processes)) as sealing:
            for block, done, _ in sealing:  # 2
                if file_state(file) != state:
                    raise Conflict(why=f"{source.path.name} was changed while it was read")
                judging.judge(block, done)
                progress(report_of(run))
    run.finished_at = at
    return DryRun(report_of(run), judging.problems)


@dataclass(slots=True)
class _Judging:
    """What the blocks so far would have come to."""

    source: ImportSource
    columns: list[str]
    at: datetime
    run: ImportRun
    number: int
    problems: list[ImportProblemRecord] = field(default_factory=list)
    named: set[bytes] = field(default_factory=set)
    compared: set[int] = field(default_factory=set)
    objecting: dict[Identifier, set[str]] = field(default_factory=dict)

    def judge(self, block: RowBlock, done: SealedBlock) -> None:
        """Steps 3 and 4."""
        held = bulk.find_held(self.number, done.digests)
        differences = self.source.differences(self.at)
        people: dict[int, int] = {}
        for line, digest in zip(done.lines, done.digests, strict=True):
            if (person_id := held.get(digest)) is not None and person_id not in self.compared:
                people.setdefault(person_id, line)
        self.compared |= people.keys()
        listed = (
            differences.preview(held_rows(self.source, self.columns, block, people))
            if people
            else []
        )
        # Those whom an import would have stored by now have a number of its range.
        ours = self.run.people_range + 1
        known = held | {digest: ours for digest in done.digests if digest in self.named}
        sorted_out = sort_out(done, known, self.source.mapping.identify_by, self.run)
        loaded = [place for place in range(len(done.lines)) if place not in sorted_out.places]
        self.named.update(done.digests[place] for place in loaded)
        objecting = self._objecting(done, sorted_out, loaded)
        self._list([*done.problems, *sorted_out.twice, *sorted_out.erased, *listed])
        refused = {line for line, _ in [*done.problems, *sorted_out.twice]}
        run, left_out = self.run, len(sorted_out.erased)
        run.rows += done.rows
        run.loaded += len(loaded)
        run.refused += len(refused)
        run.left_out += left_out
        run.already_held += done.rows - len(loaded) - len(refused) - left_out
        run.changed += differences.count(ChangeOutcome.CHANGED)
        run.asked += differences.count(ChangeOutcome.ASKED)
        run.objecting += objecting
        run.bytes_done, run.lines_done = block.end, block.line + block.lines

    def _objecting(self, done: SealedBlock, sorted_out: SortedOut, loaded: list[int]) -> int:
        """Return how many of those loaded would object, since they share something with somebody
        who did; and remember what they share in their turn."""
        no = objections.objected_purposes(done.shared) | sorted_out.objections
        count, taken_over = 0, []
        for place in loaded:
            purposes = set(no.get(place, ()))
            if place not in sorted_out.objections:
                for look_up in done.shared[place]:
                    purposes |= self.objecting.get(look_up, set())
            if purposes:
                count += 1
                taken_over.append((place, purposes))
        # After the block: an import asks before it stores one.
        for place, purposes in taken_over:
            for look_up in done.shared[place]:
                self.objecting.setdefault(look_up, set()).update(purposes)
        return count

    def _list(self, problems: list[tuple[int, RowProblem]]) -> None:
        self.problems += [
            ImportProblemRecord(line, problem.field, problem.code, problem.sentence)
            # By line alone, as an import lists them: those of one line stay in their order.
            for line, problem in sorted(problems, key=lambda each: each[0])
        ]


def _index_key() -> Callable[[str, int], bytes]:
    """Return what gives the keys of the index, and makes none."""
    if queries.ids_after(-(2**63), limit=1):
        return blind.key
    return lambda kind, generation: os.urandom(_KEY_BYTES)


def _tasks(file: BinaryIO, run: ImportRun) -> Iterator[tuple[RowBlock, list[SealedKey]]]:
    for block in blocks.blocks(file, run.file_name, start=run.bytes_done, line=run.lines_done):
        drawn = numbers.draw(run.people_range, block.lines)
        # Thrown away with the block, so nothing wraps them.
        yield block, [(number, os.urandom(_KEY_BYTES), b"") for number in drawn]
