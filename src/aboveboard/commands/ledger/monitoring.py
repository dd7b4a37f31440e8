"""``aboveboard ledger monitor``: follow somebody's log from visit to visit. Needs no instance."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.ledger import verifying
from aboveboard.ledger.folder import CHECKPOINT
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.verify import monitor
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.monitor import FollowedLog
from aboveboard.ledger.verify.sources import LogSource

_LISTED: Final = 20
_ASK: Final = "Ask the organisation. If it cannot say why, tell its supervisory authority."
NEXT_STEPS: Final[dict[FindingKind, str]] = {
    FindingKind.FORK: "Keep the folder: seen.json holds the two signed checkpoints, which are the "
    "evidence. Send both to the organisation and to its supervisory authority.",
    FindingKind.STALE: "Look again from another network. If it stays so, ask the organisation "
    "whether its log was restored from an older copy.",
    FindingKind.NOT_WITNESSED: "Ask the witness whether it refused, or is away.",
    FindingKind.NEW_KEY: "Get the new key from the organisation on a way that does not pass "
    "through the log, and give both, each with --vkey.",
    FindingKind.BAD_SIGNATURE: "Compare the key with the one that the organisation gave you.",
    FindingKind.NO_CHECKPOINT: "Check the address: it ends where `checkpoint` is.",
    FindingKind.WRONG_COMMITMENT: "Tell the organisation, its customers and its supervisory "
    "authority: lists that were proved by this commitment need not be whole.",
    FindingKind.NOT_COMMITTED: "Tell the organisation: its worker does not run, or is older than "
    "its log.",
    FindingKind.MISSING_ENTRY: "Visit again: if it stays so, the organisation must publish what it "
    "signed.",
}
"""What to do about each kind of finding; :data:`_ASK` for the others."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "where", metavar="URL|DIR", help="the trust centre or its log, or a copy of the log"
    )
    parser.add_argument(
        "--state",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder that keeps what was seen; a new one begins with the whole log",
    )
    parser.add_argument(
        "--vkey",
        action="append",
        metavar="KEY",
        help="a signing key that you trust; repeat for each",
    )
    verifying.add_witnesses(parser)
    parser.add_argument(
        "--max-age",
        type=verifying.duration,
        metavar="TIME",
        help="longest time since the log's newest entry or cosignature: 90m, 2h, 3d",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Visit the log once. Exit codes: 0 it goes on as it should, 1 something is wrong with it, 2
    wrong use, 6 it cannot be read."""
    if not args.vkey:
        raise Invalid(
            found="a log that names its own key could be anybody's",
            fix="Give the key that you got on another way, with --vkey.",
        )
    trusted = [Verifier.from_vkey(key) for key in args.vkey]
    demands = verifying.witness_policy(args.witness, args.quorum, args.max_age)
    followed = monitor.open_followed(args.state)
    before = followed.position
    with ExitStack() as stack:
        source = _source(args.where, stack)
        watch = stack.enter_context(verifying.Watch(quiet=args.json or not sys.stderr.isatty()))
        report = monitor.visit(source, trusted, followed, demands, watch)
    if args.json:
        print(json.dumps(_as_json(report, followed, before), indent=1))
    elif report.ok:
        print(
            f"{followed.origin} goes on as it should: {report.size:,} entries, "
            f"{max(report.size - before, 0):,} of them new."
        )
        if followed.runs:
            end = followed.runs[-1].end
            print(f"  People's lists can be proved whole up to entry {end:,}: made again here.")
        for seen in report.witnessed:
            print(f"  {seen.witness} cosigned it at {seen.size:,} entries, on {seen.at}.")
    else:
        _complain(args.where, args.state, report)
    return exits.DONE if report.ok else exits.ATTENTION


def _source(where: str, stack: ExitStack) -> LogSource:
    """Return the log at an address, or the one that a trust centre at that address has."""
    source = verifying.open_source(where, stack)
    if where.startswith(("http://", "https://")) and source.read(CHECKPOINT) is None:
        return verifying.open_source(f"{where.rstrip('/')}/log", stack)
    return source


def _as_json(report: VerificationReport, followed: FollowedLog, before: int) -> dict[str, object]:
    return {
        "ok": report.ok,
        "log": followed.origin,
        "size": report.size,
        "new": max(report.size - before, 0),
        "committed_to": followed.runs[-1].end if followed.runs else 0,
        "witnessed": [asdict(each) for each in report.witnessed],
        "findings": [
            {**asdict(each), "next_step": NEXT_STEPS.get(each.what, _ASK)}
            for each in report.findings
        ],
    }


def _complain(where: str, state: Path, report: VerificationReport) -> None:
    count = len(report.findings) + report.not_kept
    print(
        f"{where} does NOT go on as it should: {count:,} "
        f"{'thing is' if count == 1 else 'things are'} wrong."
    )
    for finding in report.findings[:_LISTED]:
        print(f"  {finding.what}: {finding.sentence}")
        print(f"    {NEXT_STEPS.get(finding.what, _ASK)}")
    if count > _LISTED:
        print(f"  … and {count - _LISTED:,} more. To list them, use --json.")
    print(f"  What was seen is kept in {state}. The next visit begins where all was well.")
