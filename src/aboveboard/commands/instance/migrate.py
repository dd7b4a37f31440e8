"""``aboveboard migrate``: update the database for this version of Aboveboard."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from aboveboard.commands import exits

if TYPE_CHECKING:
    from aboveboard.recovery.upgrading import UpgradeResult

NAME = "migrate"
HELP = "Update the database for this version of Aboveboard. Does nothing if it is up to date."
EXAMPLE = """\
aboveboard migrate --home our-instance
aboveboard migrate --check     (lists what is waiting; exit code 1 if anything is)"""
_LISTED = 20
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

    changes = schema.pending_migrations() if args.check else schema.migrate()
    upgrade = None if args.check else _authenticate_rows()
    if args.json:
        refused = [finding.sentence for finding in upgrade.refused] if upgrade else []
        print(json.dumps({"waiting" if args.check else "applied": changes, "refused": refused}))
    elif changes:
        print(
            f"{len(changes)} changes {'are waiting' if args.check else 'were applied'}: "
            f"{', '.join(changes)}"
        )
    else:
        print("The database is up to date.")
    if upgrade and not args.json:
        _show(upgrade)
    if upgrade and upgrade.refused:
        return exits.ATTENTION
    return exits.ATTENTION if args.check and changes else exits.DONE


def _authenticate_rows() -> UpgradeResult | None:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.recovery.upgrading import authenticate_rows

    return authenticate_rows(by=SYSTEM, at=clock.now())


def _show(upgrade: UpgradeResult) -> None:
    if upgrade.authenticated:
        print(f"{upgrade.authenticated:,} rows were compared with the log and authenticated.")
    if upgrade.refused:
        print(f"{len(upgrade.refused):,} rows do not say what the log says. They decide nothing:")
        for finding in upgrade.refused[:_LISTED]:
            print(f"  {finding.sentence}")
        if len(upgrade.refused) > _LISTED:
            print(f"  … and {len(upgrade.refused) - _LISTED:,} more")
