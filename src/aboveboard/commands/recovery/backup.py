"""``aboveboard backup``: copy a serving instance, whole or not at all, and check such a copy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.progress import Bar
from aboveboard.commands.recovery.report import Telling, told_size

NAME = "backup"
HELP = (
    "Copy the serving instance into a folder: the records, and apart from them the keys. Or check "
    "such a copy."
)
EXAMPLE = """\
aboveboard backup /mnt/backups --home our-instance      (every night; the server may run)
aboveboard backup --check /mnt/backups/aboveboard-20261126T010000Z
The keys of the backup before are deleted: only the newest keys can open a record. root.key is \
never in a backup."""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A copy is checked without an instance."""
    return args.check is None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="the folder in which backups stand"
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="BACKUP",
        help="read every byte of a backup, and check the log in it",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Back up, or check."""
    if (args.folder is None) == (args.check is None):
        raise Invalid(
            found="neither a folder nor a backup to check was named, or both",
            fix="Say: aboveboard backup DIR",
        )
    return _check(args) if args.check else _back_up(args)


def _back_up(args: argparse.Namespace) -> int:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.recovery import actions

    sequence_now()
    with Telling("Copying", quiet=args.json) as telling:
        made = actions.back_up(args.folder.resolve(), by=SYSTEM, at=clock.now(), told=telling.name)
    sequence_now()
    if args.json:
        said = {
            "records": str(made.records),
            "keys": str(made.keys),
            "bytes": made.size,
            "entries": made.entries,
        }
        print(
            json.dumps(
                said | {"seconds": round(made.seconds, 3), "keys_removed": list(made.keys_removed)},
                indent=1,
            )
        )
        return exits.DONE
    print(
        f"Made {made.records} ({told_size(made.size)}, {made.entries:,} ledger entries, "
        f"{made.seconds:.1f} s)."
    )
    print(f"Its keys are in {made.keys.name}, beside it.")
    if made.keys_removed:
        print(
            f"The keys of {len(made.keys_removed)} earlier backup(s) were deleted: the newest open "
            "those records too."
        )
    print("Keep root.key and signing.key somewhere else: neither is in a backup.")
    return exits.DONE


def _check(args: argparse.Namespace) -> int:
    from aboveboard.ledger.format.note import Verifier
    from aboveboard.ledger.verify.log import verify_log
    from aboveboard.ledger.verify.sources import Backup
    from aboveboard.recovery import backups, manifest

    folder: Path = args.check
    whole = manifest.read(folder)
    with Bar("Checking bytes", whole.size, quiet=args.json or not sys.stderr.isatty()) as bar:
        manifest.check(folder, lambda done, total: bar(done))
    said: dict[str, object] = {
        "part": whole.part,
        "made_at": whole.made_at.isoformat(),
        "bytes": whole.size,
        "log": None,
        "keys": None,
    }
    if whole.part == manifest.RECORDS:
        keys = backups.keys_for(folder)
        if keys is not None:
            manifest.check(keys)
            said["keys"] = keys.name
        if whole.ledger.size:
            report, _ = verify_log(
                Backup(folder), [Verifier.from_vkey(key) for key in whole.ledger.vkeys]
            )
            said["log"] = {
                "ok": report.ok,
                "entries": report.entries,
                "findings": [finding.sentence for finding in report.findings[:20]],
            }
    return _said(args, whole.part, said)


def _said(args: argparse.Namespace, part: str, said: dict[str, object]) -> int:
    log = said["log"]
    fine = not isinstance(log, dict) or bool(log["ok"])
    complete = fine and (said["keys"] is not None or part != "records")
    if args.json:
        print(json.dumps({"ok": complete} | said, indent=1, ensure_ascii=False))
        return exits.DONE if complete else exits.LOOK
    print(
        f"Every byte is as it was written: the {part} of {said['made_at']}, "
        f"{told_size(int(str(said['bytes'])))}."
    )
    if isinstance(log, dict):
        print(
            f"The log in it {'is whole' if fine else 'is NOT whole'}: {log['entries']:,} entries."
        )
        for sentence in log["findings"]:
            print(f"  {sentence}")
    if part == "records":
        print(
            f"It opens with the keys in {said['keys']}."
            if said["keys"]
            else "There are NO keys beside it: nothing in it can be opened."
        )
    return exits.DONE if complete else exits.LOOK
