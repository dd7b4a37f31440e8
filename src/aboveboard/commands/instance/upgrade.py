"""``aboveboard upgrade``: bring the instance to this version, and say before what that would do.

``serve`` and ``worker`` do the same by themselves; this is for who wants to see it, or turned that
off."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aboveboard
from aboveboard.basics import clock, settings
from aboveboard.commands import exits, limits
from aboveboard.commands.instance import changelog
from aboveboard.commands.progress import size_in_words

if TYPE_CHECKING:
    from aboveboard.recovery.before_upgrade import BackupSpace
    from aboveboard.recovery.queries import BackupRecord

NAME = "upgrade"
HELP = "Bring the instance to this version, after a backup; or say what that would do."
EXAMPLE = """\
aboveboard upgrade --check --home our-instance
aboveboard upgrade --home our-instance     (serve and worker do it by themselves)
aboveboard upgrade --changes     (what changed, from the changelog of this version)
--check ends with 0 if nothing waits, 1 if something does, 4 if the database is of a newer \
version, 6 if no backup can be written."""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """The changelog is read without one."""
    return not args.changes


def WHILE_RESTORING(args: argparse.Namespace) -> bool:
    """To look changes nothing."""
    return bool(args.check)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--check", action="store_true", help="say what would be done, and change nothing"
    )
    which.add_argument("--changes", action="store_true", help="print what changed in this version")
    which.add_argument(
        "--without-backup",
        action="store_true",
        help="make no backup before: you have made one with the former version",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Do it, or say it."""
    if args.changes:
        newest = next(each for each in changelog.parse(changelog.read_changelog()) if each.count)
        print(newest.text, end="")
        return exits.DONE
    return _check(args) if args.check else _upgrade(args)


def _upgrade(args: argparse.Namespace) -> int:
    from aboveboard.commands.instance import upgrading

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr if args.json else sys.stdout, flush=True)

    outcome = upgrading.upgrade(say, with_backup=not args.without_backup)
    refused = (
        [finding.sentence for finding in outcome.rows.refused] if outcome and outcome.rows else []
    )
    if args.json:
        shown = {
            "version": aboveboard.__version__,
            "former": outcome and outcome.former,
            "applied": outcome.applied if outcome else [],
            "backup": str(outcome.backup.records) if outcome and outcome.backup else None,
            "refused": refused,
        }
        print(json.dumps(shown, indent=1, ensure_ascii=False))
    elif outcome is None or not outcome.applied:
        print(f"The instance is of version {aboveboard.__version__}, and up to date.")
    else:
        for sentence in upgrading.sentences(outcome):
            print(sentence)
    return exits.ATTENTION if refused else exits.DONE


def _check(args: argparse.Namespace) -> int:
    """Say what would be done, and change nothing."""
    from aboveboard.commands.instance import schema
    from aboveboard.recovery.before_upgrade import backup_space
    from aboveboard.recovery.queries import last_backup
    from aboveboard.recovery.versions import installed_version

    # First: of a database that is newer, or is none, nothing else is true.
    waiting = schema.pending_migrations()
    former = installed_version()
    check = UpgradeCheck(
        former=former.version if former else None,
        waiting=waiting,
        space=backup_space(),
        backup=last_backup(),
        changes=changelog.changes_since(
            changelog.parse(changelog.read_changelog()),
            former.version if former else None,
            aboveboard.__version__,
        ),
    )
    if args.json:
        print(json.dumps(check.as_json(), indent=1, ensure_ascii=False))
    else:
        check.show()
    if waiting and check.space.problem:
        return exits.UNAVAILABLE
    return exits.ATTENTION if waiting else exits.DONE


@dataclass(frozen=True, slots=True)
class UpgradeCheck:
    """What an upgrade would do: from which version (None: not known), which changes of the
    database, where its backup goes, the newest other backup, and what changed for whom runs it."""

    former: str | None
    waiting: list[str]
    space: BackupSpace
    backup: BackupRecord | None
    changes: list[changelog.VersionChanges]

    @property
    def backup_is_recent(self) -> bool:
        """Whether a backup of the night is there."""
        return self.backup is not None and clock.now() - self.backup.made_at <= limits.BACKUP_AGE

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "version": aboveboard.__version__,
            "former": self.former,
            "waiting": self.waiting,
            "backup_before": {
                "folder": str(self.space.place),
                "most_bytes": self.space.needed,
                "free_bytes": self.space.free,
                "problem": self.space.problem,
            },
            "backup": self.backup
            and {"name": self.backup.name, "made_at": self.backup.made_at.isoformat()},
            "backup_is_recent": self.backup_is_recent,
            "changes": [{"title": each.title, "topics": each.topics} for each in self.changes],
        }

    def show(self) -> None:
        """Print it for people."""
        print(f"This is Aboveboard {aboveboard.__version__}.")
        print(f"The instance is of version {self.former or 'unknown: none was written down yet'}.")
        if self.waiting:
            print(f"Changes of the database that wait ({len(self.waiting)}):")
            for name in self.waiting:
                print(f"  {name}")
            size, free = size_in_words(self.space.needed), size_in_words(self.space.free)
            print(f"Before them a backup goes to {self.space.place}: {size} at most, {free} free.")
        else:
            print("The database is up to date.")
        if self.backup is None:
            print("There is no other backup.")
        else:
            age = (clock.now() - self.backup.made_at).total_seconds() / 3600
            print(f"The newest other backup, {self.backup.name}, was made {age:.0f} hours ago.")
        for version in self.changes:
            print(f"\nWhat changed ({version.title}, {version.count} entries):")
            for topic, entries in version.topics.items():
                print(f"  {topic}")
                for entry in entries:
                    print(f"    - {entry}")
        if self.changes:
            print("To read it in full: aboveboard upgrade --changes")
        if self.waiting:
            print(f"\n→ {self._step()}")

    def _step(self) -> str:
        home = settings.current().home
        if self.space.problem:
            return f"No backup can be made: {self.space.problem}. Mend that first."
        if settings.current().upgrade.at_start:
            return f"Start it again, or stop it and run: aboveboard upgrade --home {home}"
        return f"Stop it, then run: aboveboard upgrade --home {home}"
