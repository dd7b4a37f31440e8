"""``aboveboard choices``: list what a person chose, give and check receipts, and take over choices
that other systems recorded."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "choices"
HELP = "List choices, give and check their receipts, and import those of other systems."
EXAMPLE = """\
aboveboard choices list 192162611299331807
aboveboard choices receipt 12 --person 192162611299331807
aboveboard choices check receipt-12.json --vkey shop.example+1f2e3d4c+AQ==
aboveboard choices import consents.csv --channel email
aboveboard choices import report.csv --format fides --purpose News=personal-offers --channel api"""
NEEDS_INSTANCE = True

_FORMATS = ("csv", "fides", "c15t", "onetrust")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="list the choices of one person, the newest first")
    listing.add_argument("person", type=int, help="their number")
    receipt = verbs.add_parser("receipt", help="print the signed receipt of a choice")
    receipt.add_argument("choice", type=int, help="its number, as `list` shows it")
    receipt.add_argument("--person", type=int, required=True, help="whose it is: their number")
    checking = verbs.add_parser("check", help="check a receipt with nothing but the log's key")
    checking.add_argument("file", type=Path, help="the receipt")
    checking.add_argument(
        "--vkey",
        action="append",
        required=True,
        help="a verifier key of the log that is trusted; may be repeated",
    )
    importing = verbs.add_parser("import", help="take over choices that another system recorded")
    importing.add_argument("file", type=Path, help="what the other system exported")
    importing.add_argument("--format", choices=_FORMATS, default="csv", help="whose export it is")
    importing.add_argument(
        "--purpose",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="what they call a purpose of the promise; `ours/email` is one way of contact",
    )
    importing.add_argument("--channel", required=True, help="the channel on which they were made")
    for verb in (listing, importing):
        verb.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done; 1 a row was not taken; 2 wrong use; 3 not found."""
    from aboveboard.commands.choices import doing

    verbs = {
        "list": doing.list_choices,
        "receipt": doing.print_receipt,
        "check": doing.check_receipt,
        "import": doing.import_choices,
    }
    return verbs[args.verb](args)
