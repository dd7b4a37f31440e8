"""What others ask: when the last backup was made, and whether a restoration waits to be
finished."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, ProgrammingError

from aboveboard.basics import settings
from aboveboard.basics.errors import Unavailable
from aboveboard.recovery.models import Backup, Restoration, RowComparison
from aboveboard.recovery.restoring.rules import ReplayOutcome, ReportLine


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """A backup that was finished: the name of its folder, and when."""

    name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """What the last finished comparison of the rows that decide with the log came to: when, of how
    many rows, how many differences, and the first of them."""

    at: datetime
    rows: int
    differing: int
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What became of what happened since a backup.

    Attributes:
        backup: the name of its folder.
        made_at: when it was made.
        log: where the entries since came from; empty: there was no log.
        lines: how many entries of a kind came to what, and why. Empty until it is finished.
    """

    backup: str
    made_at: datetime
    log: str
    lines: tuple[ReportLine, ...]


class RestoreUnfinished(Unavailable):
    """This instance was restored from a backup of {made_at}, and what was erased or withdrawn since
    is not repeated yet."""

    code = "restore_unfinished"
    next_step = (
        "Nothing is served until then. Run: aboveboard restore --resume --home {home} --log LOG"
    )


def last_backup() -> BackupRecord | None:
    """Return the newest backup that was finished, or None."""
    # These columns alone: it is asked while the table may still be of an earlier version.
    row = Backup.objects.order_by("-made_at").values_list("name", "made_at").first()
    return None if row is None else BackupRecord(*row)


def last_comparison() -> ComparisonRecord | None:
    """Return what the worker found when it last compared all rows that decide with the log; None
    where it never has."""
    row = RowComparison.objects.filter(finished_at__isnull=False).first()
    if row is None or row.finished_at is None:
        return None
    return ComparisonRecord(row.finished_at, row.rows, row.differing, tuple(row.findings))


def unfinished() -> RestoreReport | None:
    """Return the restoration that is not finished, or None."""
    row = unfinished_row()
    return None if row is None else report_of(row)


def unfinished_row() -> Restoration | None:
    """Return the row of the restoration that is not finished, for this package alone."""
    return Restoration.objects.filter(finished_at__isnull=True).order_by("-loaded_at").first()


def report_of(row: Restoration) -> RestoreReport:
    """Return a restoration as others see it."""
    lines = (
        ReportLine(
            line["kind"],
            ReplayOutcome(line["outcome"]),
            line["count"],
            line["reason"],
            tuple(line.get("people", ())),
        )
        for line in row.report
    )
    return RestoreReport(row.backup, row.backup_made_at, row.log, tuple(lines))


def check_finished() -> bool:
    """Check whether this database may be used. True if so; False if it cannot be known.

    A database from before this package had tables is left to those who look for that.

    Raises:
        RestoreUnfinished: it came out of a backup, and the erasures since are not repeated yet.
    """
    try:
        waits = unfinished_row()
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
