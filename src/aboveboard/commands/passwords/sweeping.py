"""Leaked pairs of another site held against our own passwords; and how passwords are kept."""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    from aboveboard.credentials.reuse.leaked import SkippedRows, SweepProgress
    from aboveboard.credentials.reuse.sweep import OwnHash, SweepCounts, SweepStep

KEEP_EVERY = 1.0
"""Seconds after which it is kept how far the file was read."""


def configure(below: Any) -> None:
    """Declare the arguments."""
    sweep = below.add_parser("sweep", help="find who uses here a password that another site leaked")
    sweep.add_argument("file", type=Path, help="the leaked file, in any form, packed or not")
    sweep.add_argument("--source", required=True, help="a label of the leak, such as forum-2026")
    sweep.add_argument("--columns", default="", help="what each column holds: email,password")
    sweep.add_argument(
        "--variants", type=int, default=10, help="changes of each to try too (default: %(default)s)"
    )
    sweep.add_argument(
        "--against",
        type=Path,
        help="a CSV of another system's accounts: account, email, hash (default: staff here)",
    )
    sweep.add_argument("--findings", type=Path, help="with --against: the CSV for what is found")
    audit = below.add_parser("audit", help="say how a system keeps its passwords")
    audit.add_argument(
        "--against", type=Path, help="a CSV with a column `hash` (default: staff here)"
    )
    for command, does in ((sweep, run_sweep), (audit, run_audit)):
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(does=does)


def run_sweep(args: argparse.Namespace) -> int:
    """Find them: staff are reset and told, accounts of another system are listed."""
    from aboveboard.basics.errors import Invalid
    from aboveboard.credentials.reuse.actions import check_source
    from aboveboard.credentials.reuse.leaked import SkippedRows, SweepProgress, leaked_pairs
    from aboveboard.credentials.reuse.sweep import SweepCounts, sweep
    from aboveboard.incidents.leaks.opening import file_digest

    check_source(args.source)
    if bool(args.against) != bool(args.findings):
        raise Invalid(
            found="--against without --findings, or the other way round",
            fix="Name both: the accounts, and the file for what is found.",
        )
    own = _hashes(args.against)
    counts, skipped = SweepCounts(), SkippedRows()
    with args.file.open("rb") as stream:
        progress = SweepProgress.of(_place_of(args), file_digest(stream))
        stream.seek(0)
        pairs = leaked_pairs(
            stream,
            skipped,
            columns=[each for each in args.columns.split(",") if each],
            after=progress.place,
        )
        steps = sweep(pairs, own, counts, most=args.variants, processes=(os.cpu_count() or 1))
        findings = _handle(args, steps, own, progress)
    progress.end()
    return _print_found(args, findings, counts, skipped)


def _place_of(args: argparse.Namespace) -> Path:
    from aboveboard.basics import settings

    if args.findings:
        return Path(f"{args.findings}.place")
    return settings.current().path(f"sweep-{args.source}.place")


def _hashes(against: Path | None) -> dict[str, list[OwnHash]]:
    """Return what is kept of each address, by its normal form."""
    from aboveboard.accounts.queries import staff_password_hashes
    from aboveboard.credentials.reuse.sweep import OwnHash
    from aboveboard.kinds import email_addresses
    from aboveboard.kinds.kind import KindMismatch

    own: dict[str, list[OwnHash]] = {}
    if against is None:
        for account, email, kept in staff_password_hashes():
            own.setdefault(email_addresses.read(email), []).append(OwnHash(str(account), kept))
        return own
    for row in _rows(against, "account", "email", "hash"):
        try:
            address = email_addresses.read(row["email"])
        except KindMismatch:
            continue
        own.setdefault(address, []).append(OwnHash(row["account"], row["hash"]))
    return own


def _rows(path: Path, *needed: str) -> Iterator[Mapping[str, str]]:
    from aboveboard.basics.errors import Invalid

    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise Invalid(
                found=f"no column {', '.join(missing)} in {path.name}",
                fix=f"Name the columns {', '.join(needed)} in the first line.",
            )
        for row in reader:
            yield {name: row[name] or "" for name in needed}


def _handle(
    args: argparse.Namespace,
    steps: Iterator[SweepStep],
    own: Mapping[str, Sequence[OwnHash]],
    progress: SweepProgress,
) -> Counter[str]:
    """Do what is to be done about each finding, and keep how far the file was read."""
    findings: Counter[str] = Counter()
    done = _known_accounts(args.findings)
    hashes = {each.account: each.hash for group in own.values() for each in group}
    kept_at = time.monotonic()
    for step in steps:
        if step.match and step.account not in done:
            if args.findings:
                append_finding(args.findings, step)
                taken = True
            else:
                taken = _reset(step, hashes[step.account], args.source)
            done.add(step.account)
            findings[step.match.value] += taken
        if time.monotonic() - kept_at > KEEP_EVERY:
            # Of several accounts of one address the others may still be in hand.
            progress.keep(step.place - 1)
            kept_at = time.monotonic()
    return findings


def _reset(step: SweepStep, kept: str, source: str) -> bool:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.credentials.reuse.actions import reset_reused

    assert step.match is not None  # noqa: S101 - whoever calls has looked
    return reset_reused(
        int(step.account), kept, step.match, source=source, by=SYSTEM, at=clock.now()
    )


def _known_accounts(findings: Path | None) -> set[str]:
    """Return the accounts that were listed before it was interrupted."""
    from aboveboard.basics.spreadsheet import unescape_cell

    if findings is None or not findings.exists():
        return set()
    return {unescape_cell(row["account"]) for row in _rows(findings, "account")}


def append_finding(findings: Path, step: SweepStep) -> None:
    """Add a finding to the file of findings, which its owner alone may read."""
    from aboveboard.basics import clock
    from aboveboard.basics.spreadsheet import csv_line

    begins = not findings.exists()
    with findings.open("a", encoding="utf-8", newline="") as file:
        _private(file)
        if begins:
            file.write(csv_line(("account", "match", "found_at")))
        moment = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
        file.write(csv_line((step.account, step.match.value if step.match else "", moment)))
        file.flush()
        os.fsync(file.fileno())


def _private(file: TextIO) -> None:
    """Let its owner alone read who uses a password that others have."""
    os.fchmod(file.fileno(), 0o600)


def _print_found(
    args: argparse.Namespace, findings: Counter[str], counts: SweepCounts, skipped: SkippedRows
) -> int:
    total = sum(findings.values())
    if args.json:
        print(json.dumps({"found": dict(findings), **asdict(counts), "skipped": asdict(skipped)}))
        return ATTENTION if total else DONE
    print(f"{counts.pairs:,} pairs, {counts.tried:,} of addresses that are yours.")
    what = "listed" if args.findings else "signed out, without a password, and written to"
    print(f"{total:,} accounts use one of them, {findings['exact']:,} as it is: {what}.")
    for number, why in (
        (counts.unverified, "could not be compared: the form of the hash is not known"),
        (skipped.hashed, "rows of the leak hold a hash, not a password"),
        (skipped.no_address, "rows of the leak have no e-mail address"),
        (skipped.unread, "lines of the leak cannot be read"),
    ):
        if number:
            print(f"{number:,} {why}.")
    return ATTENTION if total else DONE


def run_audit(args: argparse.Namespace) -> int:
    """Say in which forms passwords are kept, with the share of each and what to do."""
    from aboveboard.accounts.queries import staff_password_hashes
    from aboveboard.credentials.reuse.hashes import ADVICE, HashVerdict, recognise

    kept = (
        (row["hash"] for row in _rows(args.against, "hash"))
        if args.against
        else (each[2] for each in staff_password_hashes())
    )
    forms = Counter(recognise(each) for each in kept)
    total = sum(forms.values())
    rows = [
        {
            "form": form.name,
            "verdict": form.verdict.value,
            "accounts": number,
            "share": number / total,
            "advice": ADVICE[form.verdict],
        }
        for form, number in forms.most_common()
    ]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        print("Nobody has a password.")
    for row in () if args.json else rows:
        print(f"{row['share']:6.1%}  {row['accounts']:,}  {row['form']}: {row['verdict']}")
        print(f"        {row['advice']}")
    bad = any(form.verdict is not HashVerdict.GOOD for form in forms)
    return ATTENTION if bad else DONE
