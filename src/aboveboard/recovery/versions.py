"""Which version of the program this database is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Code
from aboveboard.ledger.actions import append
from aboveboard.recovery.entries import BackupMade, InstanceUpgraded
from aboveboard.recovery.models import InstalledVersion


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version that took over, and when."""

    version: str
    installed_at: datetime


def installed_version() -> VersionRecord | None:
    """Return the version that this database is of; None where no version wrote it down yet.

    It is asked while the table may not be there: versions from before it left none.
    """
    if InstalledVersion._meta.db_table not in connection.introspection.table_names():
        return None
    row = InstalledVersion.objects.order_by("-pk").values_list("version", "installed_at").first()
    return None if row is None else VersionRecord(*row)


def record_first_version(version: str, *, at: datetime) -> None:
    """Write down the version that made this database; its log begins with what it made."""
    InstalledVersion.objects.create(version=version, installed_at=at, changes=0)


def record_version(
    version: str,
    former: VersionRecord | None,
    changes: int,
    backup: BackupMade | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write down that ``version`` took over and made so many ``changes`` of the database, after
    ``backup`` if there was one, with the entries that say so: in the caller's transaction, or one
    of its own."""
    with transaction.atomic():
        if backup is not None:
            append(backup, by=by, handle=None, at=at)
        # A database restored from before there was this table is told its version, no more.
        if changes or former is not None:
            known = None if former is None else Code(former.version)
            append(InstanceUpgraded(Code(version), changes, known), by=by, handle=None, at=at)
        InstalledVersion.objects.create(version=version, installed_at=at, changes=changes)
