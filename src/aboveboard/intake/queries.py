"""Reading the runs of ``aboveboard import``, and the rows that they did not load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from aboveboard.basics.errors import NotFound
from aboveboard.intake.erased import MAYBE
from aboveboard.intake.models import ImportProblem, ImportRun

__all__ = [
    "ImportProblemRecord",
    "ImportReport",
    "import_problem_lines",
    "import_problems",
    "import_run",
    "iter_import_problems",
    "report_of",
]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One import of a file: how far it has come, and what became of its rows.

    ``rows`` = ``loaded`` + ``already_held`` + ``refused`` + ``left_out``. Of those already held,
    ``changed`` had a value taken over and of ``asked`` somebody must decide; of those loaded,
    ``objecting`` got the objections of a record like theirs. ``resumed``: how often it went on
    after it had been stopped.
    """

    id: int
    file_name: str
    file_digest: str
    started_at: datetime
    finished_at: datetime | None
    resumed: int
    bytes_done: int
    lines_done: int
    rows: int
    loaded: int
    already_held: int
    refused: int
    changed: int
    asked: int
    left_out: int
    objecting: int


@dataclass(frozen=True, slots=True)
class ImportProblemRecord:
    """A row that was not loaded, or not as it stands, and why; never what the row said."""

    line: int
    field: str
    code: str
    sentence: str


def report_of(run: ImportRun) -> ImportReport:
    """Return a run as others read it."""
    return ImportReport(**{field.name: getattr(run, field.name) for field in fields(ImportReport)})


def import_run(run_id: int) -> ImportReport:
    """Return one run.

    Raises:
        NotFound: there is none.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound(what="import")
    return report_of(run)


def import_problems(run_id: int, *, limit: int | None = None) -> list[ImportProblemRecord]:
    """Return the rows of a run that were not loaded, in file order, or the first ``limit``."""
    rows = ImportProblem.objects.filter(run_id=run_id).order_by("line", "id")[:limit]
    return [_problem_of(row) for row in rows]


def held_back(run_id: int) -> int:
    """Return how many rows of a run were held back that may be of another person than the one who
    was erased: somebody decides about each."""
    return ImportProblem.objects.filter(run_id=run_id, code=MAYBE).count()


def iter_import_problems(run_id: int) -> Iterator[ImportProblemRecord]:
    """Yield the same, streamed: there may be as many as rows."""
    rows = ImportProblem.objects.filter(run_id=run_id).order_by("line", "id")
    for row in rows.iterator(chunk_size=2_000):
        yield _problem_of(row)


def import_problem_lines(run_id: int) -> Iterator[int]:
    """Yield the lines of a run that were not loaded, each once, in ascending order."""
    return (
        ImportProblem.objects.filter(run_id=run_id, refused=True)
        .order_by("line")
        .values_list("line", flat=True)
        .distinct()
        .iterator(chunk_size=2_000)
    )


def _problem_of(row: ImportProblem) -> ImportProblemRecord:
    return ImportProblemRecord(row.line, row.field, row.code, row.sentence)
