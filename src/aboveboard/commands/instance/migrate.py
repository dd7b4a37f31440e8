"""``aboveboard migrate``: bring the database to the form this version needs."""

from __future__ import annotations

import argparse
import json

from aboveboard.commands import exits

NAME = "migrate"
HELP = "Bring the database to the form this version needs. Does nothing when it has it."
EXAMPLE = """\
aboveboard migrate --home our-instance
aboveboard migrate --check     (says what waits; exit code 1 if anything does)"""
WHILE_RESTORING = True  # it changes nothing that a restoration has yet to repeat


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--check", action="store_true", help="only say what waits")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Apply, or with ``--check`` list, what waits."""
    from aboveboard.commands.instance import schema

    changes = schema.pending() if args.check else schema.bring_up_to_date()
    if args.json:
        print(json.dumps({"waiting" if args.check else "applied": changes}))
    elif changes:
        print(
            f"{len(changes)} changes {'wait' if args.check else 'were applied'}: "
            f"{', '.join(changes)}"
        )
    else:
        print("The database is up to date.")
    return exits.LOOK if args.check and changes else exits.DONE
