"""``aboveboard export``: hand people's data over as a sealed parcel: each person decided,
every line on a manifest."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from aboveboard.basics import spreadsheet
from aboveboard.basics.errors import NotFound
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.exits import DONE
from aboveboard.commands.people import export_making, export_opening

NAME = "export"
HELP = "Export people’s data for a purpose, in a file encrypted with age and with a manifest."
EXAMPLE = """\
aboveboard export make p.age --purpose deliver-orders --fields first_name,city --people n.txt \
--to courier --key age1… --staff ada@x.org
aboveboard export make p.age --purpose improve-shops --fields city --everyone --pseudonyms \
--device LT-0042 --key age1… --client planning
aboveboard export list
aboveboard export manifest 7 > manifest.csv      \
(everyone asked for, and why some are not in the file)
aboveboard export sheet 7
aboveboard export new-key key.txt                \
(the recipient's key pair: hand out the public key only)
aboveboard export open deliveries.csv.age --identity key.txt --out deliveries.csv"""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A recipient who makes a key or opens a parcel has no instance."""
    return args.verb not in ("new-key", "open")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    export_making.configure(
        verbs.add_parser("make", help="make a file of people's data, and its manifest")
    )
    overview = verbs.add_parser("list", help="list exports, and those that never left")
    listing = verbs.add_parser(
        "manifest",
        help=(
            "print a manifest as CSV: each person asked for, what the file holds about them, or "
            "why it holds nothing"
        ),
    )
    listing.add_argument("number", type=int, metavar="EXPORT")
    sheet = verbs.add_parser(
        "sheet", help="print the sheet that goes with a file, with its proof from the ledger"
    )
    sheet.add_argument("number", type=int, metavar="EXPORT")
    made = verbs.add_parser(
        "new-key",
        help="make an age key pair: write the secret key to a file, print the public key",
    )
    made.add_argument("file", type=Path)
    opened = verbs.add_parser("open", help="open a parcel with an age secret key")
    opened.add_argument("file", type=Path)
    opened.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="the secret key"
    )
    opened.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="the file to write; only you can read it",
    )
    overview.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: made, and somebody was refused or not found."""
    return _VERBS[args.verb](args)


def _list(args: argparse.Namespace) -> int:
    from aboveboard.custody import queries

    rows = queries.exports(made_only=False)
    if args.json:
        print(
            json.dumps([export_making.facts_of(row) for row in rows], ensure_ascii=False, indent=1)
        )
        return DONE
    if not rows:
        print("Nothing has been exported yet.")
    for row in rows:
        to = row.device_tag or row.recipient
        state = (
            f"{row.people:,} people, {row.protection.label.lower()}"
            if row.made_at
            else "never left"
        )
        print(
            f"{row.id}  {row.begun_at:%Y-%m-%d %H:%M}  {row.purpose}  to {to}  {row.file_name}  "
            f"({state})"
        )
    return DONE


def _manifest(args: argparse.Namespace) -> int:
    from aboveboard.custody import queries
    from aboveboard.law.categories import from_bitmap

    export = queries.export(args.number)
    sys.stdout.write(spreadsheet.csv_line(["person", "in_the_file", "refused_for"]))
    for line in queries.manifest_lines(export.id):
        categories = " ".join(from_bitmap(line.categories))
        sys.stdout.write(
            spreadsheet.csv_line([person_code(line.person_id), categories, line.reasons])
        )
    return DONE


def _sheet(args: argparse.Namespace) -> int:
    from aboveboard.custody import manifest, queries

    export = queries.export(args.number)
    if export.made_at is None:
        raise NotFound(what="sheet: this export never left")
    print(json.dumps(manifest.sheet(export), ensure_ascii=False, indent=1))
    return DONE


_VERBS = {
    "make": export_making.make,
    "list": _list,
    "manifest": _manifest,
    "sheet": _sheet,
    "new-key": export_opening.new_key,
    "open": export_opening.open_file,
}
