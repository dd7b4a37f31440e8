"""``aboveboard ledger``: verify the ledger, here or anywhere, follow it, and prove one entry or
somebody's whole list."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.commands import exits
from aboveboard.commands.ledger import case_pack, monitoring, own_list, proving, verifying

NAME = "ledger"
HELP = "Verify the ledger, show and prove an entry, and print or replace the signing key."
EXAMPLE = """\
aboveboard ledger verify                                  \
(this instance: every row and every published file)
aboveboard ledger verify https://trust.example/log \
--vkey "trust.example/log+530d903a+AekyeRrm56hA..." --remember seen.json
aboveboard ledger verify ./copy-of-the-log --place place.json --json     \
(resumes where the last check ended)
aboveboard ledger verify backup.tar --witness "witness.example/w1+..." --max-age 2h
aboveboard ledger check-proof use.tlog-proof --vkey "..."     \
(one entry, from the file a customer keeps)
aboveboard ledger check-pack inc-0001.zip --vkey "..."     \
(everything of an incident, from the file a regulator was given)
aboveboard ledger verify-mine who-has-looked.json --vkey "..." --remember mine.json     \
(every entry about you, and no other)
aboveboard ledger monitor https://trust.example --state our-watch --vkey "..." \
--witness "witness.example/w1+..." --max-age 2h     (every hour, from cron)
aboveboard ledger proof 4812 > use.tlog-proof
aboveboard ledger show 0
aboveboard ledger key
aboveboard ledger rotate-key --yes"""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A copy, an address or a proof is checked without an instance; everything
    else is about this one."""
    return args.what not in ("check-proof", "check-pack", "verify-mine", "monitor") and (
        args.what != "verify" or args.where is None
    )


def WHILE_RESTORING(args: argparse.Namespace) -> bool:
    """The log may be read before a restored database serves; nothing of it may be changed."""
    return str(args.what) != "rotate-key"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    verifying.configure(
        below.add_parser("verify", help="check every entry and signature, and name what is wrong")
    )
    proving.configure(
        below.add_parser(
            "check-proof",
            help="check the proof of one entry: was it recorded, and is it unchanged?",
        )
    )
    case_pack.configure(
        below.add_parser(
            "check-pack",
            help="check the pack of an incident: is every file in it as it was sealed?",
        )
    )
    own_list.configure(
        below.add_parser(
            "verify-mine",
            help="check the list of who has looked: is every entry about you in it, and no other?",
        )
    )
    monitoring.configure(
        below.add_parser(
            "monitor", help="follow a log from visit to visit, and complain of what contradicts it"
        )
    )
    show = below.add_parser("show", help="print one entry")
    show.add_argument(
        "index", type=int, metavar="INDEX", help="the entry's place in the tree, counted from 0"
    )
    proof = below.add_parser(
        "proof", help="print the proof of one entry, to save in a file ending in .tlog-proof"
    )
    proof.add_argument("entry", type=int, metavar="ENTRY", help="the entry's number")
    below.add_parser("key", help="print every key that has signed the log, the newest last")
    rotate = below.add_parser(
        "rotate-key", help="sign with a new key from now on; earlier signatures still verify"
    )
    rotate.add_argument(
        "--yes",
        action="store_true",
        help="confirm: you will tell everyone who verifies the log about the new key",
    )


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Exit codes: 0 verified or done, 1 something is wrong with the log, 2
    wrong use, 6 the log cannot be read."""
    if args.what == "check-proof" or (
        args.what == "verify" and args.where and proving.is_proof(Path(args.where))
    ):
        return proving.run(args)
    if args.what == "check-pack":
        return case_pack.run(args)
    if args.what == "verify-mine":
        return own_list.run(args)
    if args.what == "monitor":
        return monitoring.run(args)
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
            raise NotFound(what="key: nothing has been signed yet")
        print("\n".join(keys))
    return exits.DONE


def _rotate(args: argparse.Namespace) -> None:
    if not args.yes:
        raise Invalid(
            found="people who verify the log must learn of a new key from you, not from the log",
            fix="To continue, add --yes.",
        )
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import rotate_key

    print(
        "The log is now signed with this key. Tell everyone who verifies the log:\n"
        f"{rotate_key(by=SYSTEM).vkey}"
    )
    print(
        "The old key stays listed and its signatures still verify. Both keys signed the first new "
        "checkpoint."
    )
