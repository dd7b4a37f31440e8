"""The backup that is made before an upgrade changes the database: there is one, in a folder of its
own, and it does not stay longer than it is of use.

Its keys part opens whoever is erased after it was made (``docs/decisions/0012``), and no later
keys part opens its records, since that is of tables of another form. So both go together: when the
next takes their place, or after :data:`limits.UPGRADE_BACKUP_LIFE`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError, Unavailable
from aboveboard.ledger.published import log_folder
from aboveboard.recovery import backups, limits
from aboveboard.recovery.actions import WrittenBackup, write_parts
from aboveboard.recovery.copying.snapshot import OnStep
from aboveboard.vault import blind, generations

_FOLDER: Final = "before-upgrade"
_NAME: Final = "aboveboard-%Y%m%dT%H%M%SZ"
_POSTGRES_SIZE: Final = """
SELECT coalesce(sum(pg_table_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""


class UpgradeBackupFailed(Unavailable):
    """No backup can be made before the upgrade, so nothing was changed: {why}."""

    code = "upgrade_backup_failed"
    next_step = (
        "Mend that, or name another folder in upgrade.backups, and start again. With a backup of "
        "your own, made by the former version, run: aboveboard upgrade --without-backup"
    )


@dataclass(frozen=True, slots=True)
class BackupSpace:
    """Whether the backup can be written: where, the bytes that it takes at most, the bytes that are
    free there, and what stands in the way ("" for nothing)."""

    place: Path
    needed: int
    free: int
    problem: str


def upgrade_backups() -> Path:
    """Return the folder that holds the backup from before an upgrade."""
    return settings.current().path(settings.current().upgrade.backups) / _FOLDER


def backup_space() -> BackupSpace:
    """Look whether the backup can be written, and write nothing."""
    place, needed = upgrade_backups(), _size()
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    problem = ""
    if not there.is_dir():
        problem = f"{there} is not a folder"
    elif not os.access(there, os.W_OK | os.X_OK):
        problem = f"{there} cannot be written"
    elif free < needed:
        problem = f"it may take {needed / 1e6:,.1f} MB, and {there} has {free / 1e6:,.1f} MB free"
    return BackupSpace(place, needed, free, problem)


def back_up_before_upgrade(*, at: datetime, on_step: OnStep = lambda what: None) -> WrittenBackup:
    """Make the backup, then delete the one from before the upgrade before. Nothing is written into
    the database.

    Raises:
        UpgradeBackupFailed: it cannot be written, or the keys that sign it cannot be read.
    """
    if problem := backup_space().problem:
        raise UpgradeBackupFailed(why=problem)
    place = upgrade_backups()
    try:
        with backups.locked(place):
            written = write_parts(place, at=at, index=_index_check, on_step=on_step)
            for older in _parts(place):
                if older not in (written.records, written.keys):
                    shutil.rmtree(older)
    except DatabaseError as error:
        why = f"this version cannot read the database as it is now ({type(error).__name__})"
        raise UpgradeBackupFailed(why=why) from error
    except AboveboardError as error:
        raise UpgradeBackupFailed(why=error.message.rstrip(".")) from error
    return written


def _index_check() -> str:
    return blind.check(generations.recall_from_any_version().searched)


def delete_expired(*, at: datetime) -> int:
    """Delete the backup from before an upgrade when its time has come; return how many parts
    went."""
    place, gone = upgrade_backups(), 0
    for part in list(_parts(place)):
        if at - _made_at(part) > limits.UPGRADE_BACKUP_LIFE:
            shutil.rmtree(part)
            gone += 1
    return gone


def _parts(place: Path) -> Iterator[Path]:
    return (part for part in place.glob("aboveboard-*") if part.is_dir())


def _made_at(part: Path) -> datetime:
    return datetime.strptime(part.name.partition(".")[0], _NAME).replace(tzinfo=UTC)


def _size() -> int:
    """Bytes of the rows, the published log and the exposure sets: more than the backup takes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_SIZE)
            rows = int(cursor.fetchone()[0])
        else:
            rows = 1
            for pragma in ("page_count", "page_size"):
                cursor.execute(f"PRAGMA {pragma}")
                rows *= int(cursor.fetchone()[0])
    folders = (log_folder().path, settings.current().path("incidents"))
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return rows + sum(file.stat().st_size for file in files)
