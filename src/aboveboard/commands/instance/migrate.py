"""``aboveboard migrate``: update the database for this version of Aboveboard."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aboveboard.commands import exits

if TYPE_CHECKING:
    from aboveboard.recovery.upgrading import UpgradeResult

NAME = "migrate"
HELP = "Update the database for this version, without the backup that `upgrade` makes before."
EXAMPLE = """\
aboveboard migrate --home our-instance
aboveboard migrate --check     (lists what is waiting; exit code 1 if anything is)"""
_LISTED = 20
_MEMORY = "intake.0003_erased_and_differences"
"""From here on an erasure leaves what it takes to recognise the person in a file."""
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
    forgotten = 0 if args.check else count_forgotten(changes)
    if args.json:
        refused = [finding.sentence for finding in upgrade.refused] if upgrade else []
        answer = {"waiting" if args.check else "applied": changes, "refused": refused}
        print(json.dumps(answer | {"erased_not_remembered": forgotten}))
    elif changes:
        print(
            f"{len(changes)} changes {'are waiting' if args.check else 'were applied'}: "
            f"{', '.join(changes)}"
        )
    else:
        print("The database is up to date.")
    if upgrade and not args.json:
        _show(upgrade)
    if forgotten and not args.json:
        print(describe_forgotten(forgotten))
    if upgrade and upgrade.refused:
        return exits.ATTENTION
    return exits.ATTENTION if args.check and changes else exits.DONE


def _authenticate_rows() -> UpgradeResult | None:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.recovery.upgrading import authenticate_rows

    return authenticate_rows(by=SYSTEM, at=clock.now())


def count_forgotten(applied: Sequence[str]) -> int:
    """Return how many erasures nobody can be recognised by, where these migrations are the ones
    from which on an erasure is remembered."""
    from aboveboard.intake.erased import count_forgotten as count

    return count() if _MEMORY in applied else 0


def describe_forgotten(count: int) -> str:
    """Return what to do about them."""
    return (
        f"{count:,} {'erasure was' if count == 1 else 'erasures were'} made by an earlier version, "
        "which kept nothing to recognise the people by. A file that still names them brings them "
        "back: take them out of the files that you import."
    )


def _show(upgrade: UpgradeResult) -> None:
    if upgrade.authenticated:
        print(f"{upgrade.authenticated:,} rows were compared with the log and authenticated.")
    if upgrade.refused:
        print(f"{len(upgrade.refused):,} rows do not say what the log says. They decide nothing:")
        for finding in upgrade.refused[:_LISTED]:
            print(f"  {finding.sentence}")
        if len(upgrade.refused) > _LISTED:
            print(f"  … and {len(upgrade.refused) - _LISTED:,} more")
