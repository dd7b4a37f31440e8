"""``aboveboard backup``: copy a serving instance, whole or not at all, and check such a copy."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.progress import ProgressBar, ProgressSteps, size_in_words

NAME = "backup"
HELP = (
    "Back up the instance while it runs: its records, and separately its keys. Or check a backup."
)
EXAMPLE = """\
aboveboard backup /mnt/backups --home our-instance      (every night)
aboveboard backup --check /mnt/backups/aboveboard-20261126T010000Z
The keys of the previous backup are deleted: only the newest keys can open a record. root.key is \
never in a backup."""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A backup is checked without an instance."""
    return args.check is None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="the folder to write backups to"
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="BACKUP",
        help="check a backup: read every byte and verify the log in it",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Back up, or check."""
    if (args.folder is None) == (args.check is None):
        raise Invalid(
            found="give either a folder to back up to, or --check with a backup",
            fix="Run: aboveboard backup DIR",
        )
    return _check(args) if args.check else _back_up(args)


def _back_up(args: argparse.Namespace) -> int:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.recovery import actions

    # Before, so that the copied log has every entry of the copied rows; and after, for the entry of
    # the backup itself.
    sequence_now()
    with ProgressSteps("Copying", quiet=args.json) as steps:
        made = actions.back_up(args.folder.resolve(), by=SYSTEM, at=clock.now(), on_step=steps.name)
    sequence_now()
    if args.json:
        shown = {
            "records": str(made.records),
            "keys": str(made.keys),
            "bytes": made.size,
            "entries": made.entries,
        }
        print(
            json.dumps(
                shown
                | {"seconds": round(made.seconds, 3), "keys_removed": list(made.keys_removed)},
                indent=1,
            )
        )
        return exits.DONE
    print(
        f"Backed up to {made.records} ({size_in_words(made.size)}, {made.entries:,} ledger "
        f"entries, {made.seconds:.1f} s)."
    )
    print(f"The keys are beside it, in {made.keys.name}.")
    if made.keys_removed:
        print(
            f"Deleted the keys of {len(made.keys_removed)} earlier backup(s): the new keys open "
            "those records too."
        )
    print("Store root.key and signing.key somewhere else: they are not in the backup.")
    return exits.DONE


def _check(args: argparse.Namespace) -> int:
    from aboveboard.ledger.format.note import Verifier
    from aboveboard.ledger.verify.log import verify_log
    from aboveboard.ledger.verify.sources import LogInBackup
    from aboveboard.recovery import backups, manifest

    folder: Path = args.check
    whole = manifest.read(folder)
    with ProgressBar(
        "Checking bytes", whole.size, quiet=args.json or not sys.stderr.isatty()
    ) as bar:
        manifest.check(folder, lambda done, total: bar(done))
    # By the keys that the backup names itself: without an instance nothing else is known, and a
    # restoration asks for more.
    manifest.check_signature(folder, whole, whole.ledger.vkeys)
    checked = CheckedPart(whole.part, whole.made_at.isoformat(), whole.size)
    if whole.part == manifest.RECORDS:
        keys = backups.keys_part_of(folder)
        if keys is not None:
            manifest.check(keys)
            checked.keys = keys.name
        if whole.ledger.size:
            report, _ = verify_log(
                LogInBackup(folder), [Verifier.from_vkey(key) for key in whole.ledger.vkeys]
            )
            checked.entries = report.entries
            checked.findings = [finding.sentence for finding in report.findings[:20]]
    return _show(args, checked)


@dataclass(slots=True)
class CheckedPart:
    """What the check of one part found. ``entries``, ``findings``: of the log in it, if it has
    one; ``keys``: the name of the keys part that opens it."""

    part: str
    made_at: str
    size: int
    keys: str | None = None
    entries: int | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether it can be restored: its log is whole and its keys are there."""
        return not self.findings and (self.keys is not None or self.part != "records")


def _show(args: argparse.Namespace, checked: CheckedPart) -> int:
    if args.json:
        log = None
        if checked.entries is not None:
            log = {
                "ok": not checked.findings,
                "entries": checked.entries,
                "findings": checked.findings,
            }
        shown = {
            "ok": checked.is_whole,
            "part": checked.part,
            "made_at": checked.made_at,
            "bytes": checked.size,
            "log": log,
            "keys": checked.keys,
        }
        print(json.dumps(shown, indent=1, ensure_ascii=False))
        return exits.DONE if checked.is_whole else exits.ATTENTION
    print(f"The {checked.part} of {checked.made_at} ({size_in_words(checked.size)}) are undamaged.")
    if checked.entries is not None:
        state = "is NOT complete" if checked.findings else "is complete"
        print(f"The log in the backup {state}: {checked.entries:,} entries.")
        for sentence in checked.findings:
            print(f"  {sentence}")
    if checked.part == "records":
        print(
            f"The keys in {checked.keys} open it."
            if checked.keys
            else "There are NO keys beside it, so nothing in it can be opened."
        )
    return exits.DONE if checked.is_whole else exits.ATTENTION
