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
        "split", help="print the root key as shares, of which some together give it back"
    )
    split.add_argument(
        "--threshold",
        type=int,
        default=3,
        metavar="N",
        help="how many shares give the key back (default: 3)",
    )
    split.add_argument(
        "--shares", type=int, default=5, metavar="N", help="how many are made (default: 5)"
    )
    split.set_defaults(does=_split)
    recover = below.add_parser(
        "recover",
        help="put the root key together from shares, typed in or one a line on standard input",
    )
    recover.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where to write it (default: the file in keys.root)",
    )
    recover.set_defaults(does=_recover)


def _split(args: argparse.Namespace) -> int:
    from aboveboard.keys.rotation import ceremony

    at = clock.now()
    key_id, shares = ceremony.split(threshold=args.threshold, of=args.shares, by=SYSTEM, at=at)
    for number, words in enumerate(shares, 1):
        print(
            f"Share {number} of {args.shares}, root key {key_id}, "
            f"{settings.current().organisation.name}, {at:%Y-%m-%d}."
        )
        print(f"Any {args.threshold} of them give the key back, with: aboveboard keys recover\n")
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
        "Give each share to another person, on paper; keep no copy on a machine.", file=sys.stderr
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
            found=f"keys.root is {current.keys.root}", fix="Say where to write the key: --out FILE"
        )
    file: Path = args.out or current.path(current.keys.root.partition(":")[2])
    if file.exists():
        raise Conflict(
            why=(
                f"{file} is there already, and a key that is overwritten is lost with all it "
                "protects"
            )
        )
    key = ceremony.recover(
        _typed() if sys.stdin.isatty() else _lines(sys.stdin.read()), by=SYSTEM, at=clock.now()
    )
    files.replace(file, material.write([key]))
    print(f"The key is this database's. It is in {file}, readable by you alone.")
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
                f"Share {len(given) + 1}{f' of {needed}' if given else ''} (it is not shown): "
            )
            number, needed = shares.read(text)
        except Invalid as error:
            print(error, file=sys.stderr)
            continue
        if any(shares.read(one)[0] == number for one in given):
            print("That share was given already.", file=sys.stderr)
            continue
        given.append(text)
    return given
