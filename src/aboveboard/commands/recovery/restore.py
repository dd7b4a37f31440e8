"""``aboveboard restore``: bring an instance back from a backup, and repeat what was
erased and withdrawn since."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.recovery.report import Telling

if TYPE_CHECKING:
    from aboveboard.ledger.verify.sources import Source
    from aboveboard.recovery.models import Restoration

NAME = "restore"
HELP = (
    "Bring an instance back from a backup, and repeat every erasure and withdrawn choice since, "
    "before it serves."
)
EXAMPLE = """\
aboveboard restore /mnt/backups/aboveboard-20261126T010000Z --home our-instance \
--log /mnt/mirror/log
aboveboard restore BACKUP --replace --log https://data.example.org/log
aboveboard restore --resume --log /mnt/mirror/log     \
(after it was interrupted, or waited for the log)
Put root.key into the folder first. Stop the server and the workers. --log is the \
newest copy of the published log."""
_LISTED = 20
NEEDS_INSTANCE = False  # there may be none yet: it makes the folder, and starts Django itself


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "backup", type=Path, nargs="?", metavar="BACKUP", help="the folder of the records part"
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="KEYS",
        help="the folder of the keys part (default: the newest beside it)",
    )
    parser.add_argument(
        "--log",
        metavar="DIR|URL|BACKUP",
        help="the newest copy of the published log; the instance's own counts too",
    )
    parser.add_argument(
        "--without-log",
        action="store_true",
        help="there is no log any more: whoever was erased since comes back",
    )
    parser.add_argument(
        "--vkey",
        action="append",
        default=[],
        metavar="KEY",
        help="a key the log was signed with since the backup",
    )
    parser.add_argument(
        "--replace", action="store_true", help="replace everything that is in the database"
    )
    parser.add_argument("--resume", action="store_true", help="finish a restoration that waits")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Restore and replay. Exit code 1 when some of what happened since must
    be done again by hand."""
    if (args.backup is None) != args.resume:
        raise Invalid(
            found="a backup to restore and --resume go together like nothing else",
            fix="Give one of the two.",
        )
    with Telling("Restoring", quiet=args.json) as telling:
        if not args.resume:
            _load(args, telling)
        else:
            _start()
        source = _source(args.log) if args.log else None
        from aboveboard.basics.actor import SYSTEM
        from aboveboard.recovery.restoring.replay import replay

        done = replay(
            source,
            named=args.log or "",
            without_log=args.without_log,
            trusted=args.vkey,
            by=SYSTEM,
            at=clock.now(),
            watch=telling,
        )
    return _said(args, done)


def _load(args: argparse.Namespace, telling: Telling) -> None:
    from aboveboard.recovery import backups
    from aboveboard.recovery.manifest import NotABackup
    from aboveboard.recovery.restoring.parts import checked

    keys = args.keys or backups.keys_for(args.backup)
    if keys is None:
        raise NotABackup(
            place=args.backup.resolve().parent,
            why="there is no keys part, and without keys no record opens",
        )
    parts = checked(
        args.backup.resolve(), keys.resolve(), lambda done, total: telling("bytes", done, total)
    )
    with _folder_for(args.backup):
        _start()
        from aboveboard.recovery.restoring.load import load

        load(parts, replace=args.replace, at=clock.now(), told=telling.name)


@contextmanager
def _folder_for(backup: Path) -> Iterator[None]:
    """Make what the instance's folder lacks: settings as the backup has them, and a signing key.
    Gone again if it fails."""
    from aboveboard.recovery.manifest import SETTINGS

    home = Path(os.environ.get(settings.HOME_VARIABLE, "aboveboard-data"))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name, text in (
        (settings.FILE_NAME, (backup / SETTINGS).read_text("utf-8")),
        ("signing.key", secrets.token_hex(32) + "\n"),
    ):
        if text and not (home / name).exists():
            with os.fdopen(
                os.open(home / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
                "w",
                encoding="utf-8",
            ) as file:
                file.write(text)
            made.append(home / name)
    try:
        yield
    except BaseException:
        for path in made:
            path.unlink()
        raise


def _start() -> None:
    from aboveboard.commands.main import start_django

    settings.current.cache_clear()
    start_django()


def _source(where: str) -> Source:
    from aboveboard.ledger.verify.sources import Backup, Folder, Web

    if where.startswith(("http://", "https://")):
        return Web(where)
    folder = Path(where)
    if not folder.is_dir():
        raise Invalid(
            found=f"there is no folder {where}",
            fix="Give the folder of a log, a backup, or the log's address.",
        )
    return Backup(folder) if Backup.is_one(folder) else Folder(folder)


def _said(args: argparse.Namespace, done: Restoration) -> int:
    left = [line for line in done.report if line["outcome"] == "not_repeated"]
    if args.json:
        said = {
            "backup": done.backup,
            "made_at": done.backup_made_at.isoformat(),
            "log": done.log,
            "report": done.report,
        }
        print(json.dumps(said, indent=1, ensure_ascii=False))
        return exits.LOOK if left else exits.DONE
    print(f"Restored from {done.backup}, made {done.backup_made_at:%Y-%m-%d %H:%M} UTC.")
    print(
        f"What happened since comes from {done.log}."
        if done.log
        else "WITHOUT a log: whoever was erased since is back."
    )
    for title, outcome in (
        ("Repeated", "repeated"),
        ("To be done again by hand", "not_repeated"),
        ("Nothing to do", "nothing_to_do"),
    ):
        lines = [line for line in done.report if line["outcome"] == outcome]
        if lines:
            print(f"{title}:")
        for line in lines:
            print(f"  {line['count']:>8,} {line['kind']}: {line['reason']}")
            if line["people"]:
                print(
                    f"           {', '.join(map(str, line['people'][:_LISTED]))}"
                    f"{' …' if len(line['people']) > _LISTED else ''}"
                )
    print("Next: aboveboard doctor, then aboveboard serve.")
    return exits.LOOK if left else exits.DONE
