"""``aboveboard import --dry-run``: the report of an import, before it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Final

from aboveboard.commands.progress import ProgressBar
from aboveboard.intake.dry_run import DryRun, dry_run
from aboveboard.intake.load import ImportSource
from aboveboard.intake.queries import ImportReport

_LISTED: Final = 20
_FIGURES: Final = (
    "rows",
    "loaded",
    "already_held",
    "refused",
    "left_out",
    "changed",
    "asked",
    "objecting",
)


def judge(source: ImportSource, at: datetime, processes: int | None, bar: ProgressBar) -> DryRun:
    """Judge the file, with a bar while it is read."""

    def progress(report: ImportReport) -> None:
        bar(report.bytes_done, report.rows)

    return dry_run(source, at=at, progress=progress, processes=processes)


def show(promised: DryRun, *, as_json: bool) -> None:
    """Print what an import would report, said as what would be."""
    report = promised.report
    if as_json:
        facts: dict[str, object] = {"dry_run": True}
        facts |= {name: getattr(report, name) for name in _FIGURES}
        facts["held_back"] = promised.held_back
        facts["problems"] = [asdict(problem) for problem in promised.problems]
        print(json.dumps(facts, indent=1))
        return
    left_out = (
        f", {report.left_out:,} would be left out because they were erased"
        if report.left_out
        else ""
    )
    print(
        f"{report.rows:,} rows: {report.loaded:,} would be imported, {report.already_held:,} "
        f"already held, {report.refused:,} would not be imported{left_out}."
    )
    if report.changed or report.asked:
        print(
            f"Already held with other values: {report.changed:,} would be taken over, "
            f"{report.asked:,} would have to be decided."
        )
    if report.objecting:
        print(
            f"{report.objecting:,} of those that would be imported share an address or number with "
            "somebody who objected: the objection would stand for them too."
        )
    for problem in promised.problems[:_LISTED]:
        print(f"  line {problem.line}: {problem.sentence}")
    if len(promised.problems) > _LISTED:
        print(f"  … and {len(promised.problems) - _LISTED:,} more. To list them all: --json")
    if promised.held_back:
        print(
            f"Of those left out, {promised.held_back:,} may be of another person, who shares an "
            "address or phone with somebody erased. After the import you decide about each."
        )
    print("This was a dry run: nothing was written. To import, leave out --dry-run.")
