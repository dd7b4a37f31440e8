"""``aboveboard keys``: show, rotate, split and recover the keys that protect people's data."""

from __future__ import annotations

import argparse

from aboveboard.commands.keys import ceremonies, rotating, status

NAME = "keys"
HELP = "Show, rotate, split and recover the keys that protect people's data."
EXAMPLE = """\
aboveboard keys status
aboveboard keys rotate                         (Aboveboard keeps serving meanwhile)
aboveboard keys rotate --to vault:https://vault.example.org:8200/transit/aboveboard
aboveboard keys finish-move                    \
(after a move: destroy what the former provider can open)
aboveboard keys rotate-person 7012345678901
aboveboard keys rotate-person --all
aboveboard keys rotate-index
aboveboard keys split --threshold 3 --shares 5
aboveboard keys recover"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for part in (status, rotating, ceremonies):
        part.configure(below)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Exit codes: 0 done, 2 wrong shares or numbers, 3 no such person, 4 not
    possible now, 6 the key provider cannot be reached."""
    code: int = args.does(args)
    return code
