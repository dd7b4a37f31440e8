"""``aboveboard upgrade``: what this version would change in the instance, before anything does."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import aboveboard
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.commands import exits, limits

if TYPE_CHECKING:
    from aboveboard.recovery.queries import BackupRecord

NAME = "upgrade"
HELP = "Say what an upgrade to this version does to the instance, and what changed for you."
EXAMPLE = """\
aboveboard upgrade --check --home our-instance
aboveboard upgrade --check --json     (exit code 1 if there is something to do first)
aboveboard upgrade --changes     (what changed, from the changelog of this version)"""
WHILE_RESTORING = True  # it changes nothing

_CHANGELOG = "CHANGELOG.md"


class NoChangelog(Misconfigured):
    """The changelog is not among the files of this version."""

    code = "no_changelog"
    next_step = "Install Aboveboard again; nothing else is known to be missing."


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """The changelog is read without one."""
    return not args.changes


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--check", action="store_true", help="list what would be done, and what to do first"
    )
    which.add_argument("--changes", action="store_true", help="print what changed in this version")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Say it. Exit code 1 when changes wait or there is no backup to go back to."""
    if args.changes:
        print(newest_changes(read_changelog()).text, end="")
        return exits.DONE
    from aboveboard.commands.instance import schema
    from aboveboard.recovery.queries import last_backup

    waiting = schema.pending_migrations()
    backup = last_backup()
    is_recent = backup is not None and clock.now() - backup.made_at <= limits.BACKUP_AGE
    changes = newest_changes(read_changelog())
    if args.json:
        shown = {
            "version": aboveboard.__version__,
            "waiting": waiting,
            "backup": backup and {"name": backup.name, "made_at": backup.made_at.isoformat()},
            "backup_is_recent": is_recent,
            "changes": {"title": changes.title, "topics": changes.topics},
        }
        print(json.dumps(shown, indent=1, ensure_ascii=False))
    else:
        _show(waiting, backup, is_recent, changes)
    return exits.ATTENTION if waiting else exits.DONE


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """The newest part of the changelog: its title, its text, and how many changes each topic
    has."""

    title: str
    text: str
    topics: dict[str, int]


def read_changelog() -> str:
    """Return the changelog of this version: from the wheel, or from the checkout.

    Raises:
        NoChangelog: it is in neither place.
    """
    shipped = resources.files("aboveboard") / _CHANGELOG
    checkout = Path(aboveboard.__file__).parents[2] / _CHANGELOG
    for place in (shipped, checkout):
        if place.is_file():
            return place.read_text("utf-8")
    raise NoChangelog


def newest_changes(text: str) -> VersionChanges:
    """Return what the changelog says of the newest version."""
    _, _, newest = text.partition("\n## ")
    newest = newest.partition("\n## ")[0]
    title, _, body = newest.partition("\n")
    parts = re.split(r"^### ", body, flags=re.MULTILINE)
    topics = {
        part.partition("\n")[0].strip(): len(re.findall(r"^- ", part, re.MULTILINE))
        for part in parts[1:]
    }
    return VersionChanges(title.strip(), f"{body.strip()}\n", topics)


def _show(
    waiting: list[str], backup: BackupRecord | None, is_recent: bool, changes: VersionChanges
) -> None:
    print(f"This is Aboveboard {aboveboard.__version__}.")
    if waiting:
        print(f"Changes of the database that wait ({len(waiting)}): {', '.join(waiting)}")
    else:
        print("The database is up to date.")
    if backup is None:
        print("There is no backup.")
    else:
        age = (clock.now() - backup.made_at).total_seconds() / 3600
        print(f"The newest backup, {backup.name}, was made {age:.0f} hours ago.")
    print(f"What changed ({changes.title}):")
    for topic, count in changes.topics.items():
        print(f"  {topic}: {count}")
    print("To read it: aboveboard upgrade --changes")
    if waiting:
        first = "" if is_recent else "make a backup with the version that ran until now, then "
        print(f"→ Stop the server, {first}run: aboveboard migrate --home {settings.current().home}")
