"""``aboveboard migrate``: update the database for this version of Aboveboard."""

from __future__ import annotations

import argparse
import json

from aboveboard.commands import exits

NAME = "migrate"
HELP = "Update the database for this version of Aboveboard. Does nothing if it is up to date."
EXAMPLE = """\
aboveboard migrate --home our-instance
aboveboard migrate --check     (lists what is waiting; exit code 1 if anything is)"""
WHILE_RESTORING = True  # it changes nothing that a restoration has yet to repeat


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--check", action="store_true", help="only list the changes that are waiting"
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Apply, or with ``--check`` list, what waits."""
    from aboveboard.commands.instance import schema

    changes = schema.pending() if args.check else schema.bring_up_to_date()
    if args.json:
        print(json.dumps({"waiting" if args.check else "applied": changes}))
    elif changes:
        print(
            f"{len(changes)} changes {'are waiting' if args.check else 'were applied'}: "
            f"{', '.join(changes)}"
        )
    else:
        print("The database is up to date.")
    return exits.ATTENTION if args.check and changes else exits.DONE
