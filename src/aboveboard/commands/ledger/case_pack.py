"""``aboveboard ledger check-pack``: the pack of an incident, as a regulator was given it. Needs no
instance and no network."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.ledger.format.note import Verifier


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("where", metavar="FILE", type=Path, help="the pack, a ZIP file")
    parser.add_argument(
        "--vkey",
        action="append",
        metavar="KEY",
        help="a signing key of the log that you trust; repeat for each key",
    )
    parser.add_argument("--json", action="store_true", help="print what the pack is as JSON")


def run(args: argparse.Namespace) -> int:
    """Check one pack. Nothing that came with it is believed, so the key must be given."""
    # Not above: `ledger verify` runs where nothing but the ledger is installed.
    from aboveboard.incidents.pack.checking import check_pack

    if not args.vkey:
        raise Invalid(
            found="a pack cannot be checked without the log's key", fix="Give it with --vkey."
        )
    if not args.where.is_file():
        raise Invalid(found=f"there is no file {args.where}", fix="Check the path.")
    pack = check_pack(args.where, [Verifier.from_vkey(key) for key in args.vkey])
    if args.json:
        print(json.dumps({"ok": True} | asdict(pack), indent=1))
        return exits.DONE
    people = "with the numbers of those affected" if pack.people else "without anybody affected"
    print(
        f"The pack is valid: {pack.incident} as of {pack.made_at}, {people}.\n"
        f"{pack.files:,} files are as they were sealed, and {pack.entries:,} entries are in the "
        f"log {pack.log}."
    )
    return exits.DONE
