"""Bringing the instance to this version of the program. No command of its own: ``serve`` and
``worker`` begin with it, and ``upgrade`` asks for it.

1. One process does it; the others wait until it is done, and find nothing left to do.
2. Nobody of the former version uses the database any more.
3. A backup is made, or nothing is changed.
4. In one transaction the tables change, the rows from before there were MACs get theirs, and the
   log says which version took over. Whatever fails or dies before its end leaves the database as it
   was, and the published log too: nothing is put into the tree here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aboveboard
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError, Conflict
from aboveboard.commands.instance import schema

if TYPE_CHECKING:
    from aboveboard.recovery.actions import WrittenBackup
    from aboveboard.recovery.upgrading import UpgradeResult
    from aboveboard.recovery.versions import VersionRecord

log = logging.getLogger("aboveboard.upgrade")

Say = Callable[[str], None]


class UpgradeFailed(Conflict):
    """The upgrade to Aboveboard {version} failed, and the database is as it was before: {why}."""

    code = "upgrade_failed"
    next_step = (
        "To go on as before, install the version that ran until now ({former}) and start it: it "
        "needs no restoration. {backup}Tell us what the log says."
    )


@dataclass(frozen=True, slots=True)
class UpgradeOutcome:
    """What was done: the changes of the database, the backup from before, if one was made, and what
    became of rows from before there were MACs."""

    former: str | None
    applied: list[str]
    backup: WrittenBackup | None
    rows: UpgradeResult | None


def prepare(say: Say) -> UpgradeOutcome | None:
    """Bring the instance to this version before it serves or works; None where it is.

    Raises:
        MigrationsPending: ``upgrade.at_start`` is off, and changes wait.
        DatabaseNewer, DatabaseEmpty, UpgradeBackupFailed, StillInUse, UpgradeFailed: see there.
    """
    if not (waiting := schema.pending_migrations()) and not _is_other_version():
        return None
    current = settings.current()
    if waiting and not current.upgrade.at_start:
        raise schema.MigrationsPending(count=len(waiting), home=current.home)
    return upgrade(say)


def upgrade(say: Say, *, with_backup: bool = True) -> UpgradeOutcome | None:
    """Steps 1 to 4; None where nothing was left to do.

    Raises:
        DatabaseNewer, DatabaseEmpty, UpgradeBackupFailed, StillInUse, UpgradeFailed: see there.
    """
    from aboveboard.recovery.one_upgrade import one_upgrade, wait_for_others
    from aboveboard.recovery.versions import installed_version

    with one_upgrade(say):  # 1
        # Again: whoever had the lock before may have done it.
        waiting = schema.pending_migrations()
        if not waiting and not _is_other_version():
            return None
        former = installed_version()
        backup = None
        if waiting:
            wait_for_others(say)  # 2
            if with_backup:
                backup = _back_up(say)  # 3
            say(f"Updating the database: {len(waiting)} changes.")
        try:
            outcome = _change(former, backup)  # 4
        except AboveboardError as error:
            raise _failed(error.message, former, backup) from error
        # Whatever it was, it is rolled back: say so, and how to go on as before.
        except Exception as error:
            log.error("the upgrade failed", exc_info=error)
            raise _failed(_reason(error), former, backup) from error
    return outcome


def _is_other_version() -> bool:
    from aboveboard.recovery.versions import installed_version

    known = installed_version()
    return known is None or known.version != aboveboard.__version__


def _back_up(say: Say) -> WrittenBackup:
    from aboveboard.recovery.before_upgrade import back_up_before_upgrade, upgrade_backups

    say(f"Making a backup in {upgrade_backups()}.")
    return back_up_before_upgrade(at=clock.now())


def _change(former: VersionRecord | None, backup: WrittenBackup | None) -> UpgradeOutcome:
    """Step 4."""
    from aboveboard.recovery.upgrading import authenticate_rows
    from aboveboard.recovery.versions import record_version

    rows: UpgradeResult | None = None

    def after(applied: list[str]) -> None:
        nonlocal rows
        now = clock.now()
        if applied:
            rows = authenticate_rows(by=SYSTEM, at=now)
        record_version(
            aboveboard.__version__,
            former,
            len(applied),
            backup.entry if backup else None,
            by=SYSTEM,
            at=now,
        )

    applied = schema.migrate(after)
    return UpgradeOutcome(former.version if former else None, applied, backup, rows)


def _failed(why: str, former: VersionRecord | None, backup: WrittenBackup | None) -> UpgradeFailed:
    return UpgradeFailed(
        why=why.rstrip("."),
        version=aboveboard.__version__,
        former=former.version if former else "see your package manager or its folder",
        backup=f"A backup from before is in {backup.records}. " if backup else "",
    )


def _reason(error: Exception) -> str:
    """Return what went wrong without what might quote personal data."""
    from django.db import Error

    name = type(error).__name__
    return f"{name}: {schema.first_line(error)}" if isinstance(error, Error) else name


def sentences(outcome: UpgradeOutcome) -> list[str]:
    """Return what to tell of it."""
    from aboveboard.commands.instance import migrate

    lines = []
    if outcome.backup:
        lines.append(f"The backup from before is {outcome.backup.records}, kept for a week.")
    if outcome.applied:
        lines.append(
            f"The instance is now of version {aboveboard.__version__}"
            f"{f', after {outcome.former}' if outcome.former else ''}. What changed for you: "
            "aboveboard upgrade --changes"
        )
    if outcome.rows and outcome.rows.refused:
        lines.append(
            f"{len(outcome.rows.refused):,} rows do not say what the log says, and decide nothing. "
            "To see them, run: aboveboard doctor"
        )
    if forgotten := migrate.count_forgotten(outcome.applied):
        lines.append(migrate.describe_forgotten(forgotten))
    return lines
