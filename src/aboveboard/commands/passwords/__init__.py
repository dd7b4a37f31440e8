"""``aboveboard passwords``: the password policy, and the list of leaked passwords."""

from __future__ import annotations

import argparse

from aboveboard.commands.passwords import checking, listing, sweeping

NAME = "passwords"
HELP = "The password policy, the list of leaked passwords, and who uses a leaked one here."
EXAMPLE = """\
aboveboard passwords policy
aboveboard passwords check                  (it asks for the password, and shows it nowhere)
aboveboard passwords check --second-step
aboveboard passwords build ranges/          (a folder with 00000.txt to FFFFF.txt)
aboveboard passwords build pwned-passwords-sha1-ordered-by-hash.txt.gz
aboveboard passwords update ranges-of-this-month/
aboveboard passwords verify --json
aboveboard passwords sweep forum.txt.gz --source forum-2026     (staff who use the same one here)
aboveboard passwords sweep forum.txt.gz --source forum-2026 --against shop.csv --findings reset.csv
aboveboard passwords audit --against shop.csv"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for part in (checking, listing, sweeping):
        part.configure(below)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Exit codes: 0 done, 1 the password is refused, lines were left out, the
    list is damaged, somebody uses a leaked one or a hash is weak, 2 the source cannot be read, 8
    what is to be updated is damaged."""
    code: int = args.does(args)
    return code
