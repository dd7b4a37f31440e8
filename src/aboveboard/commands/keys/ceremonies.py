"""``aboveboard keys split`` and ``recover``: the root key of a file as
shares on paper, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.commands import exits


def configure(below: Any) -> None:
    """Declare the arguments."""
    split = below.add_parser(
        "split", help="print the root key as shares on paper, some of which together recover it"
    )
    split.add_argument(
        "--threshold",
        type=int,
        default=3,
        metavar="N",
        help="how many shares recover the key (default: 3)",
    )
    split.add_argument(
        "--shares", type=int, default=5, metavar="N", help="how many shares to make (default: 5)"
    )
    split.set_defaults(does=_split)
    recover = below.add_parser(
        "recover",
        help="recover the root key from its shares, typed in or one a line on standard input",
    )
    recover.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file to write (default: the file in keys.root)",
    )
    recover.set_defaults(does=_recover)


def _split(args: argparse.Namespace) -> int:
    from aboveboard.keys.rotation import ceremony

    at = clock.now()
    key_id, shares = ceremony.split(threshold=args.threshold, of=args.shares, by=SYSTEM, at=at)
    for number, words in enumerate(shares, 1):
        # On standard output, and nothing else: the shares go to a printer, and what is said about
        # them to the screen.
        print(
            f"Share {number} of {args.shares}, root key {key_id}, "
            f"{settings.current().organisation.name}, {at:%Y-%m-%d}."
        )
        print(f"Any {args.threshold} shares recover the key, with: aboveboard keys recover\n")
        listed = words.split()
        for row in range(0, len(listed), 6):
            print(
                "  "
                + "  ".join(
                    f"{row + place:>2} {word:<9}"
                    for place, word in enumerate(listed[row : row + 6], 1)
                ).rstrip()
            )
        print("\n" + "- " * 38 + "\n")
    print(
        "Give each share to a different person, on paper. Keep no copy on a computer.",
        file=sys.stderr,
    )
    return exits.DONE


def _recover(args: argparse.Namespace) -> int:
    from aboveboard.keys.providers import file as files
    from aboveboard.keys.providers import material
    from aboveboard.keys.ring import scheme
    from aboveboard.keys.rotation import ceremony

    current = settings.current()
    if args.out is None and scheme(current.keys.root) != "file":
        raise Invalid(
            found=f"keys.root is {current.keys.root}, which is not a file",
            fix="Say where to write the key: --out FILE",
        )
    file: Path = args.out or current.path(current.keys.root.partition(":")[2])
    # Before any share is typed: nobody should read out 33 words and be refused afterwards.
    if file.exists():
        raise Conflict(
            why=(f"{file} already exists, and overwriting a key loses everything that it protects")
        )
    key = ceremony.recover(
        _typed() if sys.stdin.isatty() else _lines(sys.stdin.read()), by=SYSTEM, at=clock.now()
    )
    # Only now: the key was proved against this database first, so a wrong one is never left where
    # the right one belongs.
    files.replace(file, material.write([key]))
    print(f"This is the key of this database. It is in {file}, which only you can read.")
    return exits.DONE


def _lines(text: str) -> list[str]:
    """One share a line."""
    return [line for line in text.splitlines() if line.strip()]


def _typed() -> list[str]:
    from getpass import getpass

    from aboveboard.keys import shares

    given: list[str] = []
    needed = 1
    while len(given) < needed:
        try:
            text = getpass(
                f"Share {len(given) + 1}{f' of {needed}' if given else ''} (typing is hidden): "
            )
            number, needed = shares.read(text)
        except Invalid as error:
            print(error, file=sys.stderr)
            continue
        # Counted once: two readings of one share would look like two keepers.
        if any(shares.read(share)[0] == number for share in given):
            print("You have already given that share.", file=sys.stderr)
            continue
        given.append(text)
    return given
