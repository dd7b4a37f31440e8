"""Reading the runs of ``aboveboard import``, and the rows that they did not load."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.basics.errors import NotFound
from aboveboard.intake.models import ImportProblem, ImportRun

__all__ = [
    "ImportProblem",
    "ImportRun",
    "import_problem_lines",
    "import_problems",
    "import_run",
    "iter_import_problems",
]


def import_run(run_id: int) -> ImportRun:
    """Return one run.

    Raises:
        NotFound: there is none.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound(what="import")
    return run


def import_problems(run_id: int, *, limit: int | None = None) -> list[ImportProblem]:
    """Return the rows of a run that were not loaded, in file order, or the first ``limit``."""
    return list(ImportProblem.objects.filter(run_id=run_id).order_by("line", "id")[:limit])


def iter_import_problems(run_id: int) -> Iterator[ImportProblem]:
    """Yield the same, streamed: there may be as many as rows."""
    return (
        ImportProblem.objects.filter(run_id=run_id)
        .order_by("line", "id")
        .iterator(chunk_size=2_000)
    )


def import_problem_lines(run_id: int) -> Iterator[int]:
    """Yield the lines of a run that were not loaded, rising, each once."""
    return (
        ImportProblem.objects.filter(run_id=run_id)
        .order_by("line")
        .values_list("line", flat=True)
        .distinct()
        .iterator(chunk_size=2_000)
    )
