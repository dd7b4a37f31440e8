"""``aboveboard restore``: restore an instance from a backup, and repeat what was erased and
withdrawn since."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.progress import ProgressSteps

if TYPE_CHECKING:
    from aboveboard.ledger.verify.sources import LogSource
    from aboveboard.recovery.queries import RestoreReport

NAME = "restore"
HELP = (
    "Restore an instance from a backup, and repeat every erasure and withdrawn choice since then "
    "before it serves anyone."
)
EXAMPLE = """\
aboveboard restore /mnt/backups/aboveboard-20261126T010000Z --home our-instance \
--log /mnt/mirror/log
aboveboard restore BACKUP --replace --log https://data.example.org/log
aboveboard restore --resume --log /mnt/mirror/log     \
(if it was interrupted, or is waiting for the log)
First put root.key into the instance folder, and stop the server and the workers. For --log, give \
the newest copy of the published log."""
_LISTED = 20
NEEDS_INSTANCE = False  # there may be none yet: it makes the folder, and starts Django itself


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "backup", type=Path, nargs="?", metavar="BACKUP", help="the backup folder with the records"
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="KEYS",
        help="the backup folder with the keys (default: the newest one beside the records)",
    )
    parser.add_argument(
        "--log",
        metavar="DIR|URL|BACKUP",
        help="the newest copy of the published log; the one in the instance folder is used too",
    )
    parser.add_argument(
        "--without-log",
        action="store_true",
        help="restore even though the log is lost: everyone who was erased since comes back",
    )
    parser.add_argument(
        "--vkey",
        action="append",
        default=[],
        metavar="KEY",
        help="a key that the log has been signed with since the backup; repeat for more than one",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="the key that this backup must be signed with, as you have it from elsewhere "
        "(default: those in the log of the instance folder, else any that root.key opens)",
    )
    parser.add_argument(
        "--accept-settings",
        action="store_true",
        help="take the settings out of the backup, once you have read them",
    )
    parser.add_argument(
        "--unsigned",
        action="store_true",
        help="take a backup that was made before backups were signed",
    )
    parser.add_argument("--replace", action="store_true", help="replace everything in the database")
    parser.add_argument(
        "--resume", action="store_true", help="finish a restoration that was interrupted"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Restore and replay. Exit code 1 when some of what happened since must be done again by a
    person."""
    if (args.backup is None) != args.resume:
        raise Invalid(
            found="give either a backup to restore, or --resume",
            fix="Run: aboveboard restore BACKUP, or: aboveboard restore --resume",
        )
    with ProgressSteps("Restoring", quiet=args.json) as steps:
        if not args.resume:
            _load(args, steps)
        else:
            _start()
        source = _source(args.log) if args.log else None
        from aboveboard.basics.actor import SYSTEM
        from aboveboard.recovery.restoring.replay import replay

        report = replay(
            source,
            named=args.log or "",
            without_log=args.without_log,
            trusted=args.vkey,
            by=SYSTEM,
            at=clock.now(),
            progress=steps,
        )
    return _show(args, report)


def _load(args: argparse.Namespace, steps: ProgressSteps) -> None:
    from aboveboard.recovery import backups
    from aboveboard.recovery.manifest import NotABackup
    from aboveboard.recovery.restoring.parts import check_parts

    # The newest beside the records, not the ones of the same night: they lack whoever was erased
    # since (decision 0012).
    keys = args.keys or backups.keys_part_of(args.backup)
    if keys is None:
        raise NotABackup(
            place=args.backup.resolve().parent,
            why="it has no keys beside it, and without keys no record opens",
        )
    parts = check_parts(
        args.backup.resolve(),
        keys.resolve(),
        lambda done, total: steps("bytes", done, total),
        trusted=[*args.key, *(args.vkey if args.key else ())] or _trusted_keys(args.vkey),
        unsigned=args.unsigned,
    )
    with _folder_for(args.backup, accepted=args.accept_settings):
        _start()
        from aboveboard.recovery.restoring.load import load

        load(parts, replace=args.replace, at=clock.now(), on_step=steps.name)


def _trusted_keys(also: Sequence[str]) -> list[str]:
    """Return the keys of the log that stands in the instance's folder, if there is one: what this
    machine has seen before counts for more than what the backup says of itself."""
    file = _home() / "log" / "vkey"
    known = file.read_text("utf-8").split() if file.is_file() else []
    return [*known, *also] if known else []


def _home() -> Path:
    return Path(os.environ.get(settings.HOME_VARIABLE, "aboveboard-data"))


class SettingsNotAccepted(Invalid):
    """There are no settings in {home}, and those in the backup are not taken unread."""

    code = "settings_not_accepted"
    next_step = (
        "Read them:\n\n{shown}\n\nIf all of it is right, add --accept-settings. Or put an "
        "aboveboard.toml of your own into the folder. Nothing was changed."
    )


def _settings_lines(text: str) -> str:
    """Return the settings one a line, first those that say where keys, codes and data go."""
    lines = []
    for section, values in tomllib.loads(text).items():
        for key, value in values.items() if isinstance(values, dict) else [("", values)]:
            lines.append((f"{section}.{key}".rstrip("."), json.dumps(value, default=str)))
    lines.sort(key=lambda line: (not line[0].startswith(_FAR_REACHING), line[0]))
    return "\n".join(
        f"  {'!' if name.startswith(_FAR_REACHING) else ' '} {name} = {value}"
        for name, value in lines
    )


_FAR_REACHING = ("demo.", "keys.", "mail.", "database.", "server.origin")
"""Whoever chooses these chooses where keys, sign-in codes and data go."""


@contextmanager
def _folder_for(backup: Path, *, accepted: bool) -> Iterator[None]:
    """Make what the instance's folder lacks: settings as the backup has them, if somebody accepted
    those, and a signing key. Gone again if it fails.

    Raises:
        SettingsNotAccepted: nobody did.
    """
    from aboveboard.recovery.manifest import SETTINGS

    home = _home()
    kept = (backup / SETTINGS).read_text("utf-8")
    # Whoever can write to the backup could name their own mail server, key provider or a
    # demonstration in them: nobody's settings are taken in silence.
    if kept and not accepted and not (home / settings.FILE_NAME).exists():
        raise SettingsNotAccepted(home=home, shown=_settings_lines(kept), found="", fix="")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name, text in (
        (settings.FILE_NAME, kept),
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

    # The settings may have come out of the backup a moment ago.
    settings.current.cache_clear()
    start_django()


def _source(where: str) -> LogSource:
    from aboveboard.ledger.verify.sources import LogDirectory, LogInBackup, LogOnWeb

    if where.startswith(("http://", "https://")):
        return LogOnWeb(where)
    folder = Path(where)
    if not folder.is_dir():
        raise Invalid(
            found=f"there is no folder {where}",
            fix="Give the folder of a log, a backup, or the log's address.",
        )
    return LogInBackup(folder) if LogInBackup.is_one(folder) else LogDirectory(folder)


def _show(args: argparse.Namespace, report: RestoreReport) -> int:
    left = [line for line in report.lines if line.outcome == "not_repeated"]
    if args.json:
        shown = {
            "backup": report.backup,
            "made_at": report.made_at.isoformat(),
            "log": report.log,
            "report": [asdict(line) for line in report.lines],
        }
        print(json.dumps(shown, indent=1, ensure_ascii=False))
        return exits.ATTENTION if left else exits.DONE
    print(f"Restored from {report.backup}, made {report.made_at:%Y-%m-%d %H:%M} UTC.")
    print(
        f"What happened since then was read from {report.log}."
        if report.log
        else "There was NO log: everyone who was erased since then is back."
    )
    for title, outcome in (
        ("Repeated", "repeated"),
        ("For you to do again", "not_repeated"),
        ("Nothing to do", "nothing_to_do"),
    ):
        lines = [line for line in report.lines if line.outcome == outcome]
        if lines:
            print(f"{title}:")
        for line in lines:
            print(f"  {line.count:>8,} {line.kind}: {line.reason}")
            if line.people:
                print(
                    f"           {', '.join(map(str, line.people[:_LISTED]))}"
                    f"{' …' if len(line.people) > _LISTED else ''}"
                )
    print("Next, run: aboveboard doctor. Then: aboveboard serve.")
    return exits.ATTENTION if left else exits.DONE
