"""``aboveboard passwords``: the password policy, and the list of leaked passwords."""

from __future__ import annotations

import argparse

from aboveboard.commands.passwords import checking, listing

NAME = "passwords"
HELP = "The password policy, a check of a password, and the list of leaked passwords."
EXAMPLE = """\
aboveboard passwords policy
aboveboard passwords check                  (it asks for the password, and shows it nowhere)
aboveboard passwords check --second-step
aboveboard passwords build ranges/          (a folder with 00000.txt to FFFFF.txt)
aboveboard passwords build pwned-passwords-sha1-ordered-by-hash.txt.gz
aboveboard passwords update ranges-of-this-month/
aboveboard passwords verify --json"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for part in (checking, listing):
        part.configure(below)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Exit codes: 0 done, 1 the password is refused, lines were left out or the
    list is damaged, 2 the source cannot be read, 8 what is to be updated is damaged."""
    code: int = args.does(args)
    return code
