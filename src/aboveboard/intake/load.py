"""Loading people: read, seal with a key each, file under blind indexes, store, and
say what was not loaded.

The procedure, numbered as in the code and in ``tests/intake/test_load.py``:

1. Find the run of this file that did not finish, or begin one; skip what it has stored.
2. Read a block of rows and make a key for each person; in other processes when the file
   is large, check each row, seal each field, digest each look-up. Rows with problems
   are listed with their line.
3. Leave out people already held, those who stand in the file twice (by ``identify_by``), and those
   who were erased. Of people held, take over or list what the file says otherwise
   (``differences``). Whoever shares an address with somebody who objected objects too
   (``objections``).
4. In one transaction: store the batch, its problems, how far the run has come and one ledger
   entry. A killed import loses at most the blocks in hand, and running it again goes on
   behind the last one stored.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from django.db import IntegrityError, transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.sealing import new_key, seal
from aboveboard.intake import blocks, erased, objections, people_file, workers
from aboveboard.intake.blocks import RowBlock
from aboveboard.intake.changes import ChangeOutcome
from aboveboard.intake.differences import HeldRow, RowDifferences
from aboveboard.intake.entries import PeopleImported
from aboveboard.intake.mapping import ColumnMapping as FileMapping
from aboveboard.intake.models import ImportProblem, ImportRun
from aboveboard.intake.people_file import RowProblem
from aboveboard.intake.queries import ImportReport, report_of
from aboveboard.intake.sealing import BlockSealer, SealedBlock, SealedKey, SealingPlan
from aboveboard.intake.sorting_out import sort_out, update_remembered
from aboveboard.keys import wrapping_keys
from aboveboard.keys.actions import make_person_keys
from aboveboard.ledger.actions import append
from aboveboard.vault import blind, bulk, generations, numbers
from aboveboard.vault.origin import ValueOrigin


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What an import reads: the file, how its columns map, and the kinds of the
    promise's fields in force."""

    path: Path
    mapping: FileMapping
    kinds: Mapping[str, str]
    promise_serial: int

    def origins(self, at: datetime) -> dict[str, ValueOrigin]:
        """Return where the values of each field come from, for an import at ``at``."""
        return self.mapping.collected.origins(self.mapping.fields(), self.promise_serial, at)

    def differences(self, at: datetime) -> RowDifferences:
        """Return what compares a block of rows with what is held, for an import at ``at``."""
        moment = self.mapping.collected.moment(at)
        return RowDifferences(self.mapping, self.kinds, self.origins(at), moment)


def load(
    source: ImportSource,
    *,
    by: Actor,
    at: datetime,
    progress: Callable[[ImportReport], None] = lambda report: None,
    processes: int | None = None,
) -> ImportReport:
    """Load every good row of the file and return the finished run; its problems are listed with it.

    ``progress`` is called with the run when it begins and after each stored batch. ``processes``
    seal beside this one; None leaves it to the file's size.

    Raises:
        FileRefused: the header does not fit the mapping; nothing was loaded.
        Conflict: the file changed meanwhile, or another import of it is under way.
        SealerGone: a process that sealed died; run again.
    """
    with source.path.open("rb") as file:
        # The whole file, before its first row: a run that was stopped goes on only in a file that
        # is the same to the last byte.
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        state = file_state(file)
        file.seek(0)
        columns, start, line = people_file.header(
            file, source.path.name, source.mapping, source.kinds
        )
        index_number(source)
        run = _begin(digest, source.path.name, source.mapping, start=start, line=line, at=at)  # 1
        progress(report_of(run))
        if processes is None:
            processes = workers.process_count(state[0] - run.bytes_done)
        loading = _Import(source, file, state, columns, processes, progress, by, at)
        whole = False
        while not whole:
            run, whole = loading.go_on(run)
    # After the last block: what the order of storing would tell is written anew (decision 0031).
    bulk.cluster_tables()
    # Last, so that an import which dies before it is found unfinished and goes on.
    run.finished_at = at
    run.save(update_fields=["finished_at"])
    return report_of(run)


class _Stale(Enum):
    """Why a sealed block cannot be stored as it is: something changed while it was on its way."""

    WRAPPING_KEY = 1
    """The wrapping key of its people's keys was destroyed."""
    INDEX_KEY = 2
    """People are filed under other generations of the index key than it was."""
    NUMBERS = 3
    """Somebody has one of the numbers already that were drawn for its people."""


@dataclass(frozen=True, slots=True)
class _Import:
    """One call of :func:`load`."""

    source: ImportSource
    file: BinaryIO
    state: tuple[int, int]
    columns: list[str]
    processes: int
    progress: Callable[[ImportReport], None]
    by: Actor
    at: datetime

    def go_on(self, run: ImportRun) -> tuple[ImportRun, bool]:
        """Seal and store from where the run has come; return it, and whether the file is loaded.

        It is not where the index key was rotated meanwhile. What is sealed already was filed by the
        old one, so the caller goes on from the last block that was stored, with a new plan.
        """
        plan = plan_sealing(self.source, self.columns, self.at)
        with closing(workers.seal(plan, _tasks(self.file, run), self.processes)) as sealing:
            for block, done, wrapped in sealing:  # 2
                # At each block: what is sealed from here on would be of another file than the
                # digest that the ledger has.
                if file_state(self.file) != self.state:
                    raise Conflict(
                        why=f"{self.source.path.name} was changed while it was read; import it "
                        "again"
                    )
                stored = self._store(block, done, wrapped, run.pk, plan)
                while stored in (_Stale.WRAPPING_KEY, _Stale.NUMBERS):
                    keys = make_person_keys(numbers.draw(run.people_range, block.lines))
                    again = BlockSealer(plan).seal(block.data, block.line, keys)
                    stored = self._store(block, again, keys[0][2], run.pk, plan)
                if isinstance(stored, _Stale):
                    return run, False
                run = stored
                self.progress(report_of(run))
        return run, True

    def _store(
        self, block: RowBlock, done: SealedBlock, wrapped: bytes, run_id: int, plan: SealingPlan
    ) -> ImportRun | _Stale:
        try:
            return self._store_once(block, done, wrapped, run_id, plan)
        except IntegrityError:
            # Two people drew one number, which the primary key refuses; nothing of the block is
            # stored. Anything else that it refuses is a fault, and must not be tried for ever.
            if numbers.any_taken(done.people):
                return _Stale.NUMBERS
            raise

    def _store_once(
        self, block: RowBlock, done: SealedBlock, wrapped: bytes, run_id: int, plan: SealingPlan
    ) -> ImportRun | _Stale:
        with transaction.atomic():
            # Whatever a rotation could pull away is locked before a row is written: a stale block
            # leaves nothing. People come before the generations of the index key, as everywhere.
            bulk.lock()
            held = bulk.find_held(index_number(self.source), done.digests)
            differences = self._differences(block, done, held, run_id)
            if generations.written_generations() != plan.generations:
                return _Stale.INDEX_KEY
            if not plan.erased_keys and erased.has_remembered():
                return _Stale.INDEX_KEY  # somebody was erased since the plan was made
            run = ImportRun.objects.select_for_update().get(pk=run_id)
            # The run is locked for the length of one block: another import of this file may have
            # stored this one meanwhile, and the run would count it twice.
            if run.bytes_done != block.start:
                raise Conflict(why=f"{run.file_name} is being imported by somebody else")
            try:
                wrapping_keys.lock([wrapped])
            except Conflict:
                return _Stale.WRAPPING_KEY
            refused = {line for line, _ in done.problems}
            sorted_out = sort_out(done, held, self.source.mapping.identify_by, run)  # 3
            refused |= {line for line, _ in sorted_out.twice}
            no = objections.objected_purposes(done.shared) | sorted_out.objections
            loaded = {
                done.people[place]: no.get(place, ())
                for place in range(len(done.lines))
                if place not in sorted_out.places
            }
            bulk.insert(*done.tables.without_places(sorted_out.places).in_storage_order())  # 4
            objections.record_objections(
                {person_id: purposes for person_id, purposes in loaded.items() if purposes},
                run_id=run.pk,
                by=self.by,
                at=self.at,
            )
            # In this transaction: either they are held again, with their objections, or they are
            # still remembered.
            update_remembered(sorted_out, run_id=run.pk, at=self.at)
            listed = differences.apply(run_id=run.pk, by=self.by, at=self.at)
            _list_problems(run, [*done.problems, *sorted_out.twice], refused=True)
            _list_problems(run, [*sorted_out.erased, *listed], refused=False)
            run.rows += done.rows
            run.loaded += len(loaded)
            run.refused += len(refused)
            run.left_out += len(sorted_out.erased)
            run.already_held += done.rows - len(loaded) - len(refused) - len(sorted_out.erased)
            run.changed += differences.count(ChangeOutcome.CHANGED)
            run.asked += differences.count(ChangeOutcome.ASKED)
            run.objecting += sum(bool(purposes) for purposes in loaded.values())
            run.bytes_done, run.lines_done = block.end, block.line + block.lines
            run.save()
            if loaded:
                # One key for every entry of the run: they name the run anyway.
                file = seal(run.file_digest, bytes(run.file_key or b""))
                entry = PeopleImported(len(loaded), file, self.source.promise_serial, run.pk)
                append(entry, by=self.by, handle=None, at=self.at)
        return run

    def _differences(
        self, block: RowBlock, done: SealedBlock, held: Mapping[bytes, int], run_id: int
    ) -> RowDifferences:
        """Compare the rows of people who were held before this run; of each, the first in the
        block."""
        source = self.source
        differences = source.differences(self.at)
        own = ImportRun.objects.values_list("people_range", flat=True).get(pk=run_id)
        people: dict[int, int] = {}
        for line, digest in zip(done.lines, done.digests, strict=True):
            person_id = held.get(digest)
            if person_id is None or numbers.in_range(own, person_id):
                continue
            people.setdefault(person_id, line)
        if people:
            differences.find(held_rows(source, self.columns, block, people))
        return differences


def held_rows(
    source: ImportSource, columns: list[str], block: RowBlock, people: Mapping[int, int]
) -> list[HeldRow]:
    """Return the rows of a block that are of people who are held (number to line), with their
    values.

    What was sealed for them cannot be compared, so the block is read once more: only where somebody
    is held already, and only where the values stay.
    """
    reader = people_file.RowReader(columns, source.mapping, source.kinds)
    by_line = {line: person_id for person_id, line in people.items()}
    text = block.data.decode("utf-8", errors="replace")
    return [
        HeldRow(line, by_line[line], dict(zip(reader.names, values, strict=True)))
        for line, values, problems in reader.rows(text, block.line)
        if line in by_line and not problems
    ]


def _list_problems(
    run: ImportRun, problems: Sequence[tuple[int, RowProblem]], *, refused: bool
) -> None:
    ImportProblem.objects.bulk_create(
        ImportProblem(
            run=run,
            line=line,
            field=problem.field,
            code=problem.code,
            sentence=problem.sentence,
            refused=refused,
        )
        for line, problem in problems
    )


def _begin(
    file_digest: str, file_name: str, mapping: FileMapping, *, start: int, line: int, at: datetime
) -> ImportRun:
    """Return the unfinished run of the same file with the same mapping, to
    go on with, or a new one.

    ``start`` and ``line`` say where the first row is.
    """
    how = _mapping_digest(mapping)
    run = (
        ImportRun.objects.filter(file_digest=file_digest, mapping_digest=how, finished_at=None)
        .order_by("-id")
        .first()
    )
    if run is None:
        return ImportRun.objects.create(
            file_digest=file_digest,
            file_key=new_key(),
            mapping_digest=how,
            file_name=file_name[:200],
            started_at=at,
            bytes_done=start,
            lines_done=line,
            people_range=numbers.new_range(),
        )
    run.resumed += 1
    run.resumed_at = at
    run.file_key = run.file_key or new_key()  # begun before digests were sealed
    run.save(update_fields=["resumed", "resumed_at", "file_key"])
    return run


def _mapping_digest(mapping: FileMapping) -> str:
    """Two mappings that would make the same of a file have the same digest."""
    # Sorted, for a set has an order of its own in each process, and the digest must not.
    plain = asdict(mapping) | {"subdivided": sorted(mapping.subdivided)}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()


def plan_sealing(
    source: ImportSource,
    columns: list[str],
    at: datetime,
    key_of: Callable[[str, int], bytes] = blind.key,
) -> SealingPlan:
    """Return all that is the same for each row. ``key_of``: the key of the digests of a kind, in a
    generation of the index key."""
    written = generations.current().written
    return SealingPlan(
        header=tuple(columns),
        mapping=source.mapping,
        kinds={name: str(kind) for name, kind in source.kinds.items()},
        origins=source.origins(at),
        look_ups={
            kind: (number, tuple(key_of(kind, generation) for generation in written))
            for kind, number in blind.KIND_NUMBERS.items()
        },
        generations=written,
        erased_keys=erased.digest_keys() if erased.has_remembered() else {},
        collected_at=source.mapping.collected.moment(at),
        at=at,
        copy=bulk.takes_copy(),
    )


def _tasks(file: BinaryIO, run: ImportRun) -> Iterator[tuple[RowBlock, list[SealedKey]]]:
    for block in blocks.blocks(file, run.file_name, start=run.bytes_done, line=run.lines_done):
        yield block, make_person_keys(numbers.draw(run.people_range, block.lines))


def index_number(source: ImportSource) -> int:
    """Return the number of the index that tells two people apart.

    Raises:
        FileRefused: there is none for a field of its kind.
    """
    key = source.mapping.identify_by
    number = blind.number_of(source.kinds[key])
    if number is None:
        kinds = ", ".join(blind.KIND_NUMBERS)
        raise people_file.FileRefused(
            file=source.path.name,
            why=(
                f"`identify_by: {key}` cannot be looked up, so nobody could tell who is held "
                "already"
            ),
            fix=f"Name a field of one of the kinds {kinds}.",
        )
    return number


def file_state(file: BinaryIO) -> tuple[int, int]:
    """Return what changes when somebody writes to the file: its size, and when it was written."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns
