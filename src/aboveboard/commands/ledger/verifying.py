"""``aboveboard ledger verify``: check a log from its signature down to each entry, and explain what
is wrong."""

from __future__ import annotations

import argparse
import json
import re
import sys
from base64 import b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.progress import ProgressBar
from aboveboard.ledger.folder import CHECKPOINT, VKEY
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.cosignature import WitnessKey
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.verify import archives, history
from aboveboard.ledger.verify.ahead import ReadAhead
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.fresh import FreshnessPolicy
from aboveboard.ledger.verify.log import read_head, verify_log
from aboveboard.ledger.verify.sources import LogDirectory, LogInBackup, LogOnWeb, LogSource

_LISTED = 50
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add_witnesses(parser: argparse.ArgumentParser) -> None:
    """Declare whose cosignatures count, and how many of them are enough."""
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="the key of a witness that you trust; repeat for each",
    )
    parser.add_argument(
        "--quorum",
        type=int,
        metavar="N",
        help="how many of these witnesses must have cosigned the log (default: all)",
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "where",
        nargs="?",
        metavar="URL|DIR|BACKUP",
        help="the log's address, or a copy, archive or backup of it (default: this instance)",
    )
    parser.add_argument(
        "--instance",
        action="store_true",
        help="check this instance: its log, its ledger row by row, and every row that decides "
        "(what is done without URL, too)",
    )
    parser.add_argument(
        "--vkey",
        action="append",
        metavar="KEY",
        help="a signing key that you trust; repeat for each (default: the key that the log names)",
    )
    parser.add_argument(
        "--remember",
        type=Path,
        metavar="FILE",
        help="store every checkpoint seen in this file, and check the log against all of them",
    )
    parser.add_argument(
        "--place",
        type=Path,
        metavar="FILE",
        help="store in this file how far the log was checked, and resume from there",
    )
    add_witnesses(parser)
    parser.add_argument(
        "--max-age",
        type=duration,
        metavar="TIME",
        help="longest time since the log's newest entry or cosignature: 90m, 2h, 3d",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Verify the log and print the report."""
    if args.where is None and (args.place or args.witness or args.max_age):
        fix = "Give the address or the folder of this instance's log."
        raise Invalid(found="--place, --witness and --max-age are for a published log", fix=fix)
    if args.where is not None and args.instance:
        raise Invalid(
            found="--instance is for the instance itself, and a log was named too",
            fix="Leave one of the two out.",
        )
    with ExitStack() as stack:
        source = open_source(args.where, stack)
        trusted, self_named = trusted_keys(args.vkey, source)
        seen = history.read_seen(args.remember, trusted) if args.remember else []
        watch = stack.enter_context(Watch(quiet=args.json or not sys.stderr.isatty()))
        if args.where is None:
            from aboveboard.ledger.audit import verify_database

            report, note = verify_database(
                source, trusted, now=clock.now(), seen=seen, progress=watch
            )
            _compare_rows(report)
        else:
            demands = witness_policy(args.witness, args.quorum, args.max_age)
            report, note = verify_log(
                source, trusted, seen=seen, demands=demands, place=args.place, progress=watch
            )
    # Also when something is wrong: a signed checkpoint that contradicts another one is the
    # evidence.
    if args.remember and note is not None:
        now = clock.to_text(clock.now())
        history.append_seen(
            args.remember, seen, history.SeenCheckpoint(open_with(note, trusted), note, now)
        )
    if args.json:
        _print_json(report, trusted, self_named)
    else:
        _print_plain(report, trusted, self_named)
    return exits.DONE if report.ok else exits.ATTENTION


def _compare_rows(report: VerificationReport) -> None:
    """Hold every row that decides against its MAC and the log."""
    from aboveboard.recovery.comparing import compare_rows

    for finding in compare_rows():
        report.add(FindingKind.UNPROVEN_ROW, finding.sentence)


def witness_policy(
    keys: Sequence[str], quorum: int | None, max_age: timedelta | None = None
) -> FreshnessPolicy:
    """Return what is demanded: ``quorum`` of the witnesses with these keys; all, if it is None.

    Raises:
        Invalid: there are fewer witnesses than the quorum.
        NoteRefused: a key is none.
    """
    witnesses = [WitnessKey.from_vkey(key) for key in keys]
    quorum = len(witnesses) if quorum is None else quorum
    if not 0 <= quorum <= len(witnesses):
        raise Invalid(
            found=f"a quorum of {quorum} is not possible with {len(witnesses)} witnesses",
            fix="Give each witness with --witness.",
        )
    return FreshnessPolicy(clock.now(), witnesses, quorum, max_age)


def trusted_head(
    source: LogSource, trusted: Sequence[Verifier], report: VerificationReport
) -> Checkpoint | None:
    """Return the log's newest checkpoint if it can be trusted; otherwise report why not."""
    note = read_head(source, trusted, report)
    return None if note is None else open_with(note, trusted)


def duration(text: str) -> timedelta:
    """Return the time that an argument such as ``90m``, ``2h`` or ``3d`` says."""
    match = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text} is not a time such as 90m, 2h or 3d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def open_source(where: str | None, stack: ExitStack) -> LogSource:
    """Return a log to read: this instance's own, or a copy, archive, backup or address.

    Raises:
        Invalid: there is none at ``where``.
    """
    if where is None:
        from aboveboard.ledger.published import log_folder

        return LogDirectory(log_folder().path)
    if where.startswith(("http://", "https://")):
        return stack.enter_context(ReadAhead(LogOnWeb(where)))
    if archives.is_archive(Path(where)):
        return stack.enter_context(archives.open_archive(Path(where)))
    if LogInBackup.is_one(Path(where)):
        return LogInBackup(Path(where))
    if not Path(where).is_dir():
        raise Invalid(
            found=f"there is no log at {where}",
            fix="Give the folder of a log, an archive of it, or its http: or https: address.",
        )
    return LogDirectory(Path(where))


def trusted_keys(given: Sequence[str] | None, source: LogSource) -> tuple[list[Verifier], bool]:
    """Return the keys to trust, and whether the log itself named them.

    Raises:
        Invalid: none is given, and the log names none.
    """
    # A log that names its own key proves that it was not changed by others, and nothing of who
    # signs it; the report says so.
    keys = list(given or (source.read(VKEY) or b"").decode("utf-8", "replace").split())
    if not keys and source.read(CHECKPOINT) is not None:
        raise Invalid(
            found="the log does not say which key it is signed with",
            fix="Give the key with --vkey.",
        )
    return [Verifier.from_vkey(key) for key in keys], not given


def _print_json(report: VerificationReport, trusted: Sequence[Verifier], self_named: bool) -> None:
    keys = {
        "keys": [verifier.vkey for verifier in trusted],
        "keys_from_the_log_itself": self_named,
    }
    print(
        json.dumps(
            {"ok": report.ok} | asdict(report) | {"root": b64encode(report.root).decode()} | keys,
            indent=1,
        )
    )


def _print_plain(report: VerificationReport, trusted: Sequence[Verifier], self_named: bool) -> None:
    if report.ok or _merely_waits(report):
        if report.ok:
            print(f"The ledger is intact: {report.entries:,} entries lead to the signed root.")
        else:
            print(
                f"The ledger is intact as far as it is signed: {report.entries:,} entries lead to "
                "the signed root."
            )
            print(
                f"  {report.findings[0].sentence} A worker does not seem to be running. To start "
                "one, run: aboveboard worker"
            )
        if report.rows or report.waiting:
            print(
                f"  {report.rows:,} rows of the database match it. {report.waiting:,} entries wait "
                "for their place."
            )
        if report.resumed_at:
            print(
                f"  The first {report.resumed_at:,} entries were checked before and have not "
                "changed. Their files were not read again."
            )
        for seen in report.witnessed:
            print(f"  {seen.witness} cosigned it at {seen.size:,} entries, on {seen.at}.")
        if report.root:
            print(f"  Root: {b64encode(report.root).decode()}")
    else:
        count = len(report.findings) + report.not_kept
        print(
            f"The ledger is NOT intact: {count:,} {'thing is' if count == 1 else 'things are'} "
            "wrong."
        )
        for finding in report.findings[:_LISTED]:
            print(f"  {finding.what}: {finding.sentence}")
        if count > _LISTED:
            print(
                f"  … and {count - _LISTED:,} more. To list {len(report.findings):,}, use --json."
            )
    if self_named and trusted:
        print(
            "The log itself named this key. Compare it with one that you got another way, or give "
            "that one with --vkey:"
        )
        print("\n".join(f"  {verifier.vkey}" for verifier in trusted))


def _merely_waits(report: VerificationReport) -> bool:
    """Whether entries wait for a worker and nothing else is wrong: that needs mending, and is no
    sign of tampering."""
    return not report.not_kept and all(
        finding.what is FindingKind.WAITING_TOO_LONG for finding in report.findings
    )


class Watch:
    """A progress bar that appears with the first progress, when the total is known."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: ProgressBar | None = None

    def __enter__(self) -> Watch:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` entries are checked."""
        if self._bar is None:
            self._bar = ProgressBar("Checking entries", total, quiet=self._quiet).__enter__()
        self._bar(done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)
