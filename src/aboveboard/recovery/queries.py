"""What others ask: when the last backup was made, and whether a restoration
waits to be finished."""

from __future__ import annotations

import sqlite3

from django.db import OperationalError, ProgrammingError

from aboveboard.basics import settings
from aboveboard.basics.errors import Unavailable
from aboveboard.recovery.models import Backup, Restoration


class RestoreUnfinished(Unavailable):
    """This instance was restored from a backup of {made_at}, and what was erased or withdrawn
    since is not repeated yet."""

    code = "restore_unfinished"
    next_step = (
        "Nothing serves before that. Run: aboveboard restore --resume --home {home} --log LOG"
    )


def last_backup() -> Backup | None:
    """Return the newest backup that was finished, or None."""
    return Backup.objects.order_by("-made_at").first()


def unfinished() -> Restoration | None:
    """Return the restoration that is not finished, or None."""
    return Restoration.objects.filter(finished_at__isnull=True).order_by("-loaded_at").first()


def last_restoration() -> Restoration | None:
    """Return the newest restoration, or None."""
    return Restoration.objects.order_by("-loaded_at").first()


def check_finished() -> bool:
    """Look whether this database may be used. True if so; False if it cannot be told.

    A database that is older than this room is left to those who look for that.

    Raises:
        RestoreUnfinished: it came out of a backup, and the erasures since are not repeated yet.
    """
    try:
        waits = unfinished()
    except (OperationalError, ProgrammingError) as error:
        if (
            isinstance(error, ProgrammingError)
            or getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
        ):
            return False  # no such table, or one of an older form
        raise
    if waits is not None:
        raise RestoreUnfinished(
            made_at=f"{waits.backup_made_at:%Y-%m-%d %H:%M} UTC", home=settings.current().home
        )
    return True
