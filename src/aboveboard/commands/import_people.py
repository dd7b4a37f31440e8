"""``aboveboard import``: bring customers in, sealed, and say row by row what was not loaded."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from aboveboard.commands.progress import Bar

NAME = "import"
HELP = "Bring customers in from a CSV file: sealed, each with a key of their own."
EXAMPLE = """\
aboveboard import customers.csv --mapping mapping.yaml
aboveboard import customers.csv --mapping mapping.yaml --json > report.json
aboveboard import customers.csv --sample-mapping   (the columns of the sample file)
aboveboard import --print-sample-mapping > mapping.yaml   (to start from)
Run it again after mending the file: nobody is loaded twice."""

SAMPLE_MAPPING = Path(__file__).parents[1] / "vault" / "loading" / "samples" / "adventureworks.yaml"
_LISTED = 20


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """Printing the sample needs no instance."""
    return not args.print_sample_mapping


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, nargs="?", help="a comma-separated file with a header line, in UTF-8")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--mapping", type=Path, help="which column is which field of the promise")
    which.add_argument("--sample-mapping", action="store_true", help="use the mapping of the sample customer file")
    which.add_argument("--print-sample-mapping", action="store_true", help="print that mapping, to start your own from, and end")
    parser.add_argument("--json", action="store_true", help="print the report as JSON, every problem included")


def run(args: argparse.Namespace) -> int:
    """Import; exit code 0 when every row was loaded or already held, 1 when some were refused."""
    if args.print_sample_mapping:
        print(SAMPLE_MAPPING.read_text("utf-8"), end="")
        return 0
    from aboveboard.access.sequencing import sequence_now
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.basics.errors import BadInput
    from aboveboard.promise.queries import in_force
    from aboveboard.vault import queries
    from aboveboard.vault.loading import load, mapping

    if args.file is None:
        raise BadInput(found="there is no file to import", fix="Name it: aboveboard import FILE --mapping MAPPING")
    mapping_file: Path = SAMPLE_MAPPING if args.sample_mapping else args.mapping
    for file in (args.file, mapping_file):
        if not file.is_file():
            raise BadInput(found=f"there is no file {file}", fix="Check the path.")
    adopted = in_force()
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    mapped = mapping.load(mapping_file.read_text("utf-8"), name=mapping_file.name)
    mapped.collected.check(adopted.promise, mapped.fields(), clock.now().date())
    source = load.Source(args.file, mapped, kinds, adopted.serial)
    with _progress(args) as advance:
        finished = load.load(source, by=SYSTEM, at=clock.now(), progress=advance)
    sequence_now()
    problems = queries.import_problems(finished.pk)
    if args.json:
        listed = [{"line": p.line, "field": p.field, "code": p.code, "sentence": p.sentence} for p in problems]
        counts = {"rows": finished.rows, "loaded": finished.loaded, "already_held": finished.already_held, "refused": finished.refused}
        print(json.dumps(counts | {"problems": listed}, indent=1))
        return 1 if finished.refused else 0
    print(f"{finished.rows:,} rows: {finished.loaded:,} loaded, {finished.already_held:,} already held, {finished.refused:,} not loaded.")
    for problem in problems[:_LISTED]:
        print(f"  line {problem.line}: {problem.sentence}")
    if len(problems) > _LISTED:
        print(f"  … and {len(problems) - _LISTED:,} more. List all with --json.")
    if finished.refused:
        print("Mend these lines and import the file again; nobody is loaded twice.")
    return 1 if finished.refused else 0


def _progress(args: argparse.Namespace) -> Bar:
    from aboveboard.vault.loading.people_file import count_lines

    with args.file.open("rb") as file:
        total = count_lines(iter(lambda: file.read(1 << 20), b""))
    return Bar("Sealing customers", total, quiet=args.json or not sys.stderr.isatty())
