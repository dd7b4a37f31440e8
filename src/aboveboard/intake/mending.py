"""The lines of a file that an import did not load, as they stand in it, so that someone can mend
them and import those alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.intake import blocks, queries
from aboveboard.intake.blocks import LineReader


def problem_lines(path: Path, run_id: int) -> Iterator[bytes]:
    """Yield the header of the file and each row of it that the import listed as a problem.

    Nothing of them is kept here: they are read from the file again.

    Raises:
        NotFound: there is no such import.
        Invalid: it read another file.
    """
    run = queries.import_run(run_id)
    with path.open("rb") as file:
        # The numbers of lines are of that file; in another they would lead to other people.
        if hashlib.file_digest(file, "sha256").hexdigest() != run.file_digest:
            raise Invalid(
                found=f"import {run_id} read another file than {path.name}",
                fix="Name the file as it was imported.",
            )
        file.seek(0)
        wanted = queries.import_problem_lines(run_id)
        next_wanted = next(wanted, None)
        head = LineReader(file, path.name)
        columns = blocks.first_row(head)
        yield columns
        for block in blocks.blocks(file, path.name, start=len(columns), line=len(head.taken)):
            if next_wanted is None or next_wanted > block.line + block.lines:
                continue
            for line, row in blocks.records(block):
                if line == next_wanted:
                    yield row if row.endswith(b"\n") else row + b"\n"
                    next_wanted = next(wanted, None)
