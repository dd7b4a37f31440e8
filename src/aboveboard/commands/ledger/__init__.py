"""``aboveboard ledger``: check the record of uses, here or anywhere, and prove one entry of it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.commands import exits
from aboveboard.commands.ledger import proving, verifying

NAME = "ledger"
HELP = (
    "Check that the record of uses is whole, show an entry, prove it, and print or change the key "
    "it is signed with."
)
EXAMPLE = """\
aboveboard ledger verify                                  \
(this instance: every row and every published file)
aboveboard ledger verify https://trust.example/log \
--vkey "trust.example/log+530d903a+AekyeRrm56hA..." --remember seen.json
aboveboard ledger verify ./copy-of-the-log --place place.json --json     \
(goes on where the last check ended)
aboveboard ledger verify backup.tar --witness "witness.example/w1+..." --max-age 2h
aboveboard ledger check-proof look.tlog-proof --vkey "..."     \
(one entry, from the file a customer keeps)
aboveboard ledger proof 4812 > look.tlog-proof
aboveboard ledger show 0
aboveboard ledger key
aboveboard ledger rotate-key --yes"""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A copy, an address or a proof is checked without an instance; everything
    else is about this one."""
    return args.what != "check-proof" and (args.what != "verify" or args.where is None)


def WHILE_RESTORING(args: argparse.Namespace) -> bool:
    """The log may be looked at before a restored database serves; nothing of it may be changed."""
    return str(args.what) != "rotate-key"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    verifying.configure(below.add_parser("verify", help="check everything, and name what is wrong"))
    proving.configure(
        below.add_parser(
            "check-proof", help="check one proof: was this recorded, and is it what it was?"
        )
    )
    show = below.add_parser("show", help="print one entry")
    show.add_argument("index", type=int, metavar="INDEX", help="its place in the tree, from 0")
    proof = below.add_parser(
        "proof", help="print the proof of one entry, to keep in a file ending in .tlog-proof"
    )
    proof.add_argument("entry", type=int, metavar="ENTRY", help="the entry's number")
    below.add_parser("key", help="print the keys the log was ever signed with, the newest last")
    rotate = below.add_parser(
        "rotate-key", help="sign with a new key from now on; what the old one signed still verifies"
    )
    rotate.add_argument(
        "--yes",
        action="store_true",
        help="do it: whoever verifies the log must be told of the new key",
    )


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 verified or done, 1 something is wrong with the log, 2 wrong use, 6
    the log cannot be read."""
    if args.what == "check-proof" or (
        args.what == "verify" and args.where and proving.is_proof(Path(args.where))
    ):
        return proving.run(args)
    if args.what == "verify":
        return verifying.run(args)
    from aboveboard.ledger import queries

    if args.what == "show":
        entry = queries.entry_at(args.index)
        shown = asdict(entry) | {"at": entry.at.isoformat(), "actor": entry.actor.as_json()}
        print(json.dumps(shown, indent=1, ensure_ascii=False, default=str))
    elif args.what == "proof":
        sys.stdout.write(queries.proof(args.entry))
    elif args.what == "rotate-key":
        _rotate(args)
    else:
        keys = queries.verifier_keys()
        if not keys:
            raise NotFound(what="key yet: nothing has been signed")
        print("\n".join(keys))
    return exits.DONE


def _rotate(args: argparse.Namespace) -> None:
    if not args.yes:
        raise Invalid(
            found="whoever verifies the log must learn of a new key from you, not from the log",
            fix="To go on, add --yes.",
        )
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import rotate_key

    print(
        "From now on the log is signed with this key. Tell everyone who verifies it:\n"
        f"{rotate_key(by=SYSTEM).vkey}"
    )
    print(
        "The old key stays listed, and what it signed still verifies. Both signed the first "
        "checkpoint."
    )
