"""``aboveboard keys``: where the root key is, what is under it, and how it is
changed, split and recovered."""

from __future__ import annotations

import argparse

from aboveboard.commands.keys import ceremonies, rotating, status

NAME = "keys"
HELP = (
    "Show where the root key is and what is under it, rotate keys, and split the root key into "
    "shares or recover it."
)
EXAMPLE = """\
aboveboard keys status
aboveboard keys rotate                         \
(a new root key and wrapping key, while everyone goes on)
aboveboard keys rotate --to vault:https://vault.example.org:8200/transit/aboveboard
aboveboard keys leave                          \
(after a move: let the former provider open nothing any more)
aboveboard keys rotate-person 7012345678901    (a new key for one person)
aboveboard keys rotate-person --all
aboveboard keys rotate-index                   (a new key of the look-ups)
aboveboard keys split --threshold 3 --shares 5
aboveboard keys recover"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for part in (status, rotating, ceremonies):
        part.configure(below)


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong shares or numbers, 3 nobody, 4 not now, 6
    the provider is away."""
    code: int = args.does(args)
    return code
