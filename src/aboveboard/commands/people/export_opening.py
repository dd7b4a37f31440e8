"""What a recipient of a parcel does: make a key pair, open the file. No instance is needed."""

from __future__ import annotations

import argparse
import sys

from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import DONE


def new_key(args: argparse.Namespace) -> int:
    """Write the secret key to a file and print the public one."""
    from aboveboard.custody import parcel

    print(parcel.new_key(args.file))
    print(
        (
            f"Give this public key to the people who send you parcels. Keep {args.file.name} "
            "secret and safe: nothing else opens them."
        ),
        file=sys.stderr,
    )
    return DONE


def open_file(args: argparse.Namespace) -> int:
    """Open a parcel into a file that only its owner can read."""
    from aboveboard.custody import parcel

    for file in (args.file, args.identity):
        if not file.is_file():
            raise Invalid(found=f"there is no file {file}", fix="Check the path.")
    parcel.open_parcel(args.file, args.identity, args.out)
    print(f"The rows are in {args.out.name}. Delete it when you no longer need it.")
    return DONE
