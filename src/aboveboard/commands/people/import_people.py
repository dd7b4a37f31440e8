"""``aboveboard import``: import customers, sealed, and list each row that was not imported."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import spreadsheet
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.intake.queries import ImportReport

NAME = "import"
HELP = "Import customers from a CSV file. Each customer gets an encryption key of their own."
EXAMPLE = """\
aboveboard import --print-sample-mapping > mapping.yaml
aboveboard import customers.csv --mapping mapping.yaml --dry-run     (says what it would do)
aboveboard import customers.csv --mapping mapping.yaml
aboveboard import customers.csv --mapping mapping.yaml --json > report.json
aboveboard import --problems 7 > problems.csv   (the rows that import 7 did not load, and why)
aboveboard import customers.csv --problems 7 > to-correct.csv   (those rows themselves)
aboveboard import --differences   (what files say otherwise, and somebody must decide)
aboveboard import --answer 12 take   (or keep: what is held stays; or another: another person)
aboveboard import --held-back   (rows that may be of another person than the one who was erased)
aboveboard import --decide 3 take --reference case/2026-118 --yes   (or keep-out, or undo)
If an import stops, run the same command again to continue. Nobody is imported twice."""

SAMPLE_MAPPING = Path(__file__).parents[2] / "intake" / "samples" / "adventureworks.yaml"
_LISTED = 20
_EVERY_SECONDS = 1.0


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """Printing the sample needs no instance."""
    return not args.print_sample_mapping


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", type=Path, nargs="?", help="a CSV file in UTF-8, with commas and a header line"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--mapping",
        type=Path,
        help="the file that says which column fills which field of the promise",
    )
    which.add_argument(
        "--sample-mapping", action="store_true", help="use the mapping of the sample customer file"
    )
    which.add_argument(
        "--print-sample-mapping",
        action="store_true",
        help="print that mapping, to start your own from",
    )
    which.add_argument(
        "--problems",
        type=int,
        metavar="IMPORT",
        help="list the rows that import did not load, as CSV; with FILE, print the rows themselves",
    )
    which.add_argument(
        "--differences",
        action="store_true",
        help="list the values that a file has otherwise and that somebody must decide about",
    )
    which.add_argument(
        "--answer",
        nargs=2,
        metavar=("DIFFERENCE", "ANSWER"),
        help="decide about one of them: keep what is held, or take what the file says with the "
        "next import; or another, when the row is of another person: nothing of it is taken",
    )
    _configure_deciding(parser, which)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="read, compare and report as an import would, and write nothing",
    )
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="how many processes encrypt beside this one (default: depends on the file's size)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help=(
            "print the report as JSON, with every problem, and progress as lines of JSON on stderr"
        ),
    )


def _configure_deciding(
    parser: argparse.ArgumentParser, which: argparse._MutuallyExclusiveGroup
) -> None:
    which.add_argument(
        "--held-back",
        type=int,
        nargs="?",
        const=0,
        metavar="IMPORT",
        help="list the rows, of one import or of all, that may be of another person than the one "
        "who was erased and that somebody must decide about",
    )
    which.add_argument(
        "--decide",
        nargs=2,
        metavar=("ROW", "ANSWER"),
        help="decide about one of them: take it with the next import, as another person; or "
        "keep-out; or undo the decision",
    )
    parser.add_argument(
        "--reference", default="", help="with --decide: what shows that it is another person"
    )
    parser.add_argument(
        "--yes", action="store_true", help="with --decide ROW take: you have made sure of it"
    )


def run(args: argparse.Namespace) -> int:
    """Import; exit code 0 when every row was loaded or already held, 1 when some were refused or
    left out, or somebody must decide."""
    if args.print_sample_mapping:
        print(SAMPLE_MAPPING.read_text("utf-8"), end="")
        return DONE
    from aboveboard.basics.errors import Invalid

    if args.dry_run and not (args.mapping or args.sample_mapping):
        raise Invalid(
            found="--dry-run says what an import would do, and this is none",
            fix="Give it with a file and its mapping.",
        )
    if args.differences or args.answer:
        from aboveboard.commands.people import differences

        return differences.answer(*args.answer) if args.answer else differences.show(args.json)
    if args.decide:
        from aboveboard.commands.people import held_back

        return held_back.decide(*args.decide, reference=args.reference, confirmed=args.yes)
    if args.held_back is not None:
        from aboveboard.commands.people import held_back

        return held_back.show(args.held_back or None, args.json)
    mapping_file: Path | None = SAMPLE_MAPPING if args.sample_mapping else args.mapping
    for file in (args.file, mapping_file):
        if file is not None and not file.is_file():
            raise Invalid(found=f"there is no file {file}", fix="Check the path.")
    if args.problems is not None:
        return _print_problems(args)
    if args.file is None or mapping_file is None:
        raise Invalid(
            found="no file to import was given",
            fix="Name it: aboveboard import FILE --mapping MAPPING",
        )
    if args.processes is not None and args.processes < 0:
        raise Invalid(found="--processes is below 0", fix="Give 0 or more, or leave it out.")
    return _import(args, mapping_file)


def _import(args: argparse.Namespace, mapping_file: Path) -> int:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.intake import load, mapping
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.promise.queries import in_force

    adopted, now = in_force(), clock.now()
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    how = mapping.load(mapping_file.read_text("utf-8"), name=mapping_file.name)
    # Before the file is opened: what it was collected for must be of the promise, or no use of it
    # could ever be explained.
    how.collected.check(adopted.promise, how.fields(), now.date())
    source = load.ImportSource(args.file, how, kinds, adopted.serial)
    if args.dry_run:
        from aboveboard.commands.people import import_dry_run

        with _bar(args) as bar:
            promised = import_dry_run.judge(source, now, args.processes, bar)
        import_dry_run.show(promised, as_json=args.json)
        return _code(promised.report)
    reached = _Reached()
    try:
        with _bar(args) as bar:
            finished = load.load(
                source,
                by=SYSTEM,
                at=now,
                processes=args.processes,
                progress=reached.chain(
                    _as_json(args.file.stat().st_size)
                    if args.json
                    else lambda run, done: bar(run.bytes_done, done)
                ),
            )
    except KeyboardInterrupt:
        # Said before the program ends: whoever stops an import must know that what is in stays in.
        print(reached.stopped_message(), file=sys.stderr)
        raise
    sequence_now()
    if args.json:
        _print_json(finished)
    else:
        _print(finished)
    return _code(finished)


def _code(report: ImportReport) -> int:
    return ATTENTION if report.refused or report.left_out or report.asked else DONE


class _Reached:
    """How far an import has come, and how many rows of it were read this time."""

    def __init__(self) -> None:
        self.run: ImportReport | None = None
        self._rows_before = 0

    def chain(self, show: Callable[[ImportReport, int], None]) -> Callable[[ImportReport], None]:
        """Return what ``load`` calls; it hands on to ``show``."""

        def reached(run: ImportReport) -> None:
            if self.run is None:
                self._rows_before = run.rows
                if run.resumed and run.rows:
                    print(
                        f"Import {run.id} stopped after {run.rows:,} rows. Continuing from there.",
                        file=sys.stderr,
                    )
            self.run = run
            show(run, run.rows - self._rows_before)

        return reached

    def stopped_message(self) -> str:
        """Return what to say after Ctrl-C."""
        if self.run is None:
            return "Stopped. Nothing was imported."
        return (
            f"Stopped after {self.run.rows:,} rows, which are kept. To continue, run the same "
            "command again."
        )


def _bar(args: argparse.Namespace) -> ProgressBar:
    return ProgressBar(
        "Importing customers",
        args.file.stat().st_size,
        quiet=args.json or not sys.stderr.isatty(),
        unit="rows",
    )


def _as_json(size: int) -> Callable[[ImportReport, int], None]:
    began, last, start = time.monotonic(), 0.0, -1

    def show(run: ImportReport, done: int) -> None:
        nonlocal last, start
        if start < 0:
            start = run.bytes_done
        seconds = time.monotonic() - began
        if seconds - last >= _EVERY_SECONDS:
            last = seconds
            left = seconds * (size - run.bytes_done) / max(run.bytes_done - start, 1)
            facts = {
                "import": run.id,
                "bytes": run.bytes_done,
                "of_bytes": size,
                "rows": run.rows,
                "loaded": run.loaded,
                "rows_per_second": round(done / seconds),
                "seconds_left": round(left),
            }
            print(json.dumps({"progress": facts}), file=sys.stderr, flush=True)

    return show


def _print(finished: ImportReport) -> None:
    from aboveboard.intake import queries

    left_out = (
        f", {finished.left_out:,} left out because they were erased" if finished.left_out else ""
    )
    print(
        f"{finished.rows:,} rows: {finished.loaded:,} imported, {finished.already_held:,} already "
        f"held, {finished.refused:,} not imported{left_out}."
    )
    if finished.changed or finished.asked:
        print(
            f"Already held with other values: {finished.changed:,} taken over, "
            f"{finished.asked:,} to be decided."
        )
    if finished.objecting:
        print(
            f"{finished.objecting:,} of those imported share an address or number with somebody "
            "who objected: the objection stands for them too."
        )
    for problem in queries.import_problems(finished.id, limit=_LISTED):
        print(f"  line {problem.line}: {problem.sentence}")
    if finished.refused + finished.left_out + finished.changed + finished.asked > _LISTED:
        print(f"  … To list them all: aboveboard import --problems {finished.id}")
    if finished.refused:
        print("Correct these lines and import the file again. Nobody is imported twice.")
        print(
            "To write them to a file of their own: aboveboard import FILE --problems "
            f"{finished.id} > to-correct.csv"
        )
    if finished.asked:
        print("To see what needs a decision: aboveboard import --differences")
    if finished.left_out and (count := queries.held_back(finished.id)):
        print(
            f"Of those left out, {count:,} may be of another person, who shares an address or "
            "phone with somebody erased. Decide about each: aboveboard import --held-back "
            f"{finished.id}"
        )
    if finished.left_out:
        print(
            "If somebody who was erased is a customer again: aboveboard people let-in ERASURE "
            "--reference CASE"
        )


def _print_json(finished: ImportReport) -> None:
    """Print the report without holding its problems in memory: there may be as many as rows."""
    from aboveboard.intake import queries

    facts = {
        "import": finished.id,
        "rows": finished.rows,
        "loaded": finished.loaded,
        "already_held": finished.already_held,
        "refused": finished.refused,
        "left_out": finished.left_out,
        "held_back": queries.held_back(finished.id),
        "changed": finished.changed,
        "asked": finished.asked,
        "objecting": finished.objecting,
        "resumed": finished.resumed,
    }
    print(json.dumps(facts, indent=1).removesuffix("\n}"), end=',\n "problems": [')
    for number, problem in enumerate(queries.iter_import_problems(finished.id)):
        row = {
            "line": problem.line,
            "field": problem.field,
            "code": problem.code,
            "sentence": problem.sentence,
        }
        print("," if number else "", json.dumps(row), sep="\n  ", end="")
    print("\n ]\n}")


def _print_problems(args: argparse.Namespace) -> int:
    from aboveboard.intake import mending, queries

    if args.file is not None:
        for line in mending.problem_lines(args.file, args.problems):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return DONE
    finished = queries.import_run(args.problems)
    sys.stdout.write(spreadsheet.csv_line(["line", "field", "code", "sentence"]))
    for problem in queries.iter_import_problems(finished.id):
        row = [problem.line, problem.field, problem.code, problem.sentence]
        sys.stdout.write(spreadsheet.csv_line(row))
    return ATTENTION if finished.refused else DONE
