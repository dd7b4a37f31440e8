"""``aboveboard sharing``: the register of agreements to share data, taken in and given as CSV."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import ATTENTION, DONE

NAME = "sharing"
HELP = "Take in, or print, the register of agreements to share data."
EXAMPLE = """
aboveboard sharing fields
aboveboard sharing import agreements.csv
aboveboard sharing export > agreements.csv
"""


def needs_instance(args: argparse.Namespace) -> bool:
    """The names of the fields are known without an instance."""
    return str(args.verb) != "fields"


NEEDS_INSTANCE = needs_instance


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("fields", help="print the eighteen fields, as the first line of a file")
    taken = verbs.add_parser("import", help="make a CSV file the register")
    taken.add_argument("file", type=Path, help="the register, as CSV in UTF-8")
    taken.add_argument(
        "--as", dest="email", default="", metavar="EMAIL", help="the member of staff who acts"
    )
    verbs.add_parser("export", help="print the register as CSV")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: the file has problems; 2: it cannot be read."""
    if args.verb == "fields":
        from aboveboard.basics import spreadsheet
        from aboveboard.custody.agreement import FIELDS

        sys.stdout.write(spreadsheet.csv_line(FIELDS))
        return DONE
    from aboveboard.custody import sharing

    if args.verb == "export":
        sys.stdout.write(sharing.as_csv())
        return DONE
    return _import(args)


def _import(args: argparse.Namespace) -> int:
    from aboveboard.accounts.queries import staff_member
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.custody import sharing

    try:
        source = args.file.read_bytes()
    except OSError as error:
        raise Invalid(
            found=f"{args.file} cannot be read ({error.strerror})", fix="Check the path."
        ) from None
    by = staff_member(args.email).actor if args.email else SYSTEM
    try:
        count = sharing.take_in(source, by=by, at=clock.now())
    except sharing.RegisterRefused as refused:
        for problem in refused.problems:
            print(f"{args.file}:{problem}")
        print(refused.message)
        return ATTENTION
    print(f"The register holds {count:,} agreements. They stand at /trust/sharing/.")
    return DONE
