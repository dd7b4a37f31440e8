"""``aboveboard ledger verify-mine``: the list that a customer downloads of who has looked. Is every
entry about them in it, and no other? Needs no instance, and no network."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.commands import exits
from aboveboard.commands.ledger import verifying
from aboveboard.ledger.format import own_list
from aboveboard.ledger.format.checkpoint import open_with
from aboveboard.ledger.format.cosignature import cosigned
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.own_list import ProvedList
from aboveboard.ledger.verify import own_history
from aboveboard.ledger.verify.findings import VerificationReport
from aboveboard.ledger.verify.history import SeenCheckpoint, check_history
from aboveboard.ledger.verify.own_history import SeenList
from aboveboard.ledger.verify.walk import LogWalk


class ListDoesNotHold(Invalid):
    """This list cannot be relied on. {why}"""

    code = "list_does_not_hold"
    next_step = (
        "Download it again. If it still does not hold, keep both files and ask the organisation, "
        "or its authority."
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("where", metavar="FILE", help="the list, from “Who has looked”")
    parser.add_argument(
        "--vkey",
        action="append",
        metavar="KEY",
        help="a signing key of the log that you trust; repeat for each key",
    )
    verifying.add_witnesses(parser)
    parser.add_argument(
        "--max-age",
        type=verifying.duration,
        metavar="TIME",
        help="longest time since the list was committed to: 90m, 2h, 3d",
    )
    parser.add_argument(
        "--remember",
        type=Path,
        metavar="FILE",
        help="store in this file what the list said, and check that the next one goes on from it",
    )
    parser.add_argument(
        "--log",
        metavar="URL|DIR",
        help="the log itself: check as well that it goes on from what was seen before",
    )
    parser.add_argument("--json", action="store_true", help="print what the list shows as JSON")


def run(args: argparse.Namespace) -> int:
    """Check one list. Nothing that came with it is believed, so the key must be given."""
    if not args.vkey:
        raise Invalid(
            found="a list cannot be checked without the log's key", fix="Give it with --vkey."
        )
    trusted = [Verifier.from_vkey(key) for key in args.vkey]
    before = own_history.read_seen_list(args.remember) if args.remember else None
    file = Path(args.where)
    if not file.is_file():
        raise Invalid(found=f"there is no file {file}", fix="Give the file that you downloaded.")
    try:
        own = own_list.parse(file.read_text("utf-8", errors="replace"))
        proved = own_list.verify(own, *trusted)
    except AboveboardError as error:
        raise ListDoesNotHold(why=error.message) from error
    cosigners = _check_witnesses(args, own.note)
    _check_age(proved, args.max_age)
    now = own_history.seen_list(own, proved)
    if before is not None:
        for sentence in own_history.contradictions(before, now, trusted):
            raise ListDoesNotHold(why=sentence)
    if args.log:
        _check_log(args.log, trusted, [now, *([before] if before else [])])
    if args.remember:
        own_history.keep_seen_list(args.remember, now)
    _print(args, proved, cosigners, before)
    return exits.DONE


def _check_witnesses(args: argparse.Namespace, note: str) -> list[str]:
    policy = verifying.witness_policy(args.witness, args.quorum)
    names = [witness.name for witness in cosigned(note, policy.witnesses)]
    if len(names) < policy.quorum:
        raise ListDoesNotHold(
            why=(
                f"{len(names)} of the {policy.quorum} witnesses that are demanded cosigned its "
                "checkpoint."
            )
        )
    return names


def _check_age(proved: ProvedList, max_age: timedelta | None) -> None:
    at = proved.commitment.at
    if max_age is not None and clock.now() - at > max_age:
        raise ListDoesNotHold(
            why=f"It is whole as of {clock.to_text(at)}, which is longer ago than you allow."
        )


def _check_log(where: str, trusted: list[Verifier], lists: list[SeenList]) -> None:
    """Check that the log begins with each checkpoint that a list was under."""
    report = VerificationReport()
    with ExitStack() as stack:
        source = verifying.open_source(where, stack)
        head = verifying.trusted_head(source, trusted, report)
        if head is not None:
            seen = [SeenCheckpoint(open_with(each.note, trusted), each.note) for each in lists]
            check_history(seen, head, LogWalk(source, head, report), report)
    if report.findings:
        raise ListDoesNotHold(why=report.findings[0].sentence)


def _print(
    args: argparse.Namespace, proved: ProvedList, cosigners: list[str], before: SeenList | None
) -> None:
    since = set(before.entries) if before else set()
    shown = [
        {
            "place": place,
            "id": entry.id,
            "at": entry.at.isoformat(),
            "kind": entry.kind,
            "actor": entry.actor.as_json(),
            "facts": entry.facts,
            "new": place not in since,
        }
        for place, entry in proved.entries
    ]
    if args.json:
        whole = {
            "ok": True,
            "log": proved.head.origin,
            "complete_to": proved.size,
            "as_of": proved.commitment.at.isoformat(),
            "of": proved.head.size,
            "witnessed": cosigners,
            "entries": shown,
        }
        print(json.dumps(whole, indent=1, ensure_ascii=False, default=dict))
        return
    count = len(proved.entries)
    print(
        f"The list is whole: {count:,} {'entry is' if count == 1 else 'entries are'} about you "
        f"among the first {proved.size:,} of the log {proved.head.origin}, and no others."
    )
    print(f"  As of {proved.commitment.at.isoformat()}.")
    for name in cosigners:
        print(f"  Cosigned by {name}")
    for each in shown:
        mark = "new  " if before and each["new"] else ""
        print(f"  {mark}{each['at']}  {each['kind']}")
    print(
        "  Not covered: look-ups that found nobody for whoever asked. Their entries name nobody; "
        "the portal lists them."
    )
