"""Making a backup of a serving instance. Bringing one back is
:mod:`aboveboard.recovery.restoring`."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction

import aboveboard
from aboveboard.basics import settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.keys.log_signing import signer
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.ledger.published import log_folder
from aboveboard.recovery import archive, backups, manifest
from aboveboard.recovery.copying.postgres import Postgres
from aboveboard.recovery.copying.snapshot import CopyableDatabase, DatabaseSnapshot, OnStep
from aboveboard.recovery.copying.sqlite import Sqlite
from aboveboard.recovery.entries import BackupMade
from aboveboard.recovery.manifest import KEYS, RECORDS, SETTINGS, CopiedTable, LedgerHead, Manifest
from aboveboard.recovery.models import Backup
from aboveboard.vault import blind

_DATABASES: Final[dict[str, type[CopyableDatabase]]] = {"sqlite": Sqlite, "postgresql": Postgres}
_PASSWORD = re.compile(r"(://[^/\s\"'@:]*):[^/\s\"'@]*@")


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that was finished: where its parts are, their bytes, and the keys
    parts that it replaced."""

    records: Path
    keys: Path
    size: int
    entries: int
    seconds: float
    keys_removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenBackup:
    """Both parts of a backup under their names, their bytes, and the entry that says so once it is
    appended."""

    records: Path
    keys: Path
    size: int
    entry: BackupMade


def database() -> CopyableDatabase:
    """Return how to copy the kind of database that this instance has."""
    return _DATABASES[connection.vendor]()


def without_passwords(text: str) -> str:
    """Return settings with the passwords inside addresses taken out."""
    return _PASSWORD.sub(r"\1@", text)


def back_up(
    where: Path, *, by: Actor, at: datetime, on_step: OnStep = lambda what: None
) -> BackupResult:
    """Make a backup of the serving instance in the folder ``where``, and delete
    the keys of the one before.

    1. Lock the folder; clear away what a dead backup left.
    2. Copy the published log, the exposure sets, and the settings without passwords.
    3. Copy every table as of one moment, keys into a part of their own.
    4. Write the manifests, last of all files; flush everything.
    5. Give the keys part its name, then the records part: records never stand without keys.
    6. Write down that it was made (entry ``backup.made``).
    7. Delete the older keys parts, and with them what could open a record erased since
       (``docs/decisions/0012``).

    Raises:
        CannotWrite: the folder cannot be written, or is full; nothing of it is kept.
        Conflict: another backup is being made there, or was made in this very second.
        DatabaseError: the database went away; nothing of it is kept.
    """
    began = time.monotonic()
    with backups.locked(where):  # 1
        written = write_parts(where, at=at, index=blind.check, on_step=on_step)  # 2-5
        seconds = time.monotonic() - began
        with transaction.atomic():  # 6
            append(written.entry, by=by, handle=None, at=at)
            Backup.objects.create(
                name=written.records.name,
                made_at=at,
                size=written.size,
                entries=written.entry.size,
                seconds=seconds,
            )
        # Last, when the new keys are flushed and recorded: until here the old ones still open all.
        gone = backups.remove_older_keys(where, written.keys)  # 7
    return BackupResult(
        written.records, written.keys, written.size, written.entry.size, seconds, tuple(gone)
    )


def write_parts(
    where: Path,
    *,
    at: datetime,
    index: Callable[[], str],
    on_step: OnStep = lambda what: None,
) -> WrittenBackup:
    """Steps 2 to 5 of :func:`back_up`, in a folder that is locked; nothing is written into the
    database, which may be of an earlier version. ``index``: asks with which index key the
    look-ups are made (``vault.blind.check``), once the folder can be written.

    Raises:
        CannotWrite, Conflict, DatabaseError: as :func:`back_up`.
    """
    parts = _parts(where, backups.backup_name(at))
    try:
        taken = _fill(*parts, at=at, index=index, on_step=on_step)  # 2-4
        # Keys first: records that stood alone for a moment would be a backup without keys.
        for part in reversed(parts):
            part.publish()  # 5
    except BaseException as error:
        # Also for KeyboardInterrupt and SystemExit: half a backup must not stay under any name.
        for part in parts:
            part.discard()
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            raise backups.CannotWrite(
                place=where, why=error.strerror or type(error).__name__
            ) from None
        raise
    records, keys = parts
    entry = BackupMade(_digest(records.final), _digest(keys.final), taken.facts.ledger_size)
    return WrittenBackup(records.final, keys.final, records.size + keys.size, entry)


def _parts(where: Path, name: str) -> tuple[backups.BackupPart, backups.BackupPart]:
    try:
        return backups.BackupPart(where, name), backups.BackupPart(
            where, backups.keys_part_name(name)
        )
    except OSError as error:
        raise backups.CannotWrite(place=where, why=error.strerror) from None


def _fill(
    records: backups.BackupPart,
    keys: backups.BackupPart,
    *,
    at: datetime,
    index: Callable[[], str],
    on_step: OnStep,
) -> DatabaseSnapshot:
    current = settings.current()
    # The log before the rows: the rows may then hold entries that the copy lacks, which a
    # restoration bears. The other way round the log would be ahead of its database.
    on_step("log")
    with records.create(archive.LOG) as out:
        archive.pack_log(log_folder().path, out)
    if current.path("incidents").is_dir():
        with records.create(archive.INCIDENTS) as out:
            archive.pack_incidents(current.path("incidents"), out)
    # Set by the environment alone: there is no file.
    with records.create(SETTINGS) as out, suppress(FileNotFoundError):
        out.write(without_passwords(current.path(settings.FILE_NAME).read_text("utf-8")).encode())
    taken = database().copy_out(records, keys, on_step)
    # With the key of the log: whoever restores can know it, and the root key leads to it.
    searched = index()
    records.finish(_manifest(RECORDS, taken, taken.records, records, at, searched), signer())
    keys.finish(_manifest(KEYS, taken, taken.keys, keys, at, searched), signer())
    return taken


def _manifest(
    part: str,
    taken: DatabaseSnapshot,
    tables: Mapping[str, CopiedTable],
    files: backups.BackupPart,
    at: datetime,
    index: str,
) -> Manifest:
    return Manifest(
        part=part,
        origin=settings.current().ledger.origin,
        made_at=at,
        version=aboveboard.__version__,
        database=connection.vendor,
        root_keys=taken.facts.root_keys,
        migrations=taken.facts.migrations,
        sequences=taken.facts.sequences,
        index=index,
        ledger=LedgerHead(taken.facts.ledger_size, taken.facts.ledger_note, ledger.verifier_keys()),
        tables=tables,
        files=files.files,
    )


def _digest(part: Path) -> Digest:
    return Digest(hashlib.sha256((part / manifest.FILE).read_bytes()).hexdigest())
