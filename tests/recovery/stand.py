"""An instance that lives through a week: made-up people, a backup, and what happened since."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.verify.sources import LogDirectory
from aboveboard.recovery import actions
from aboveboard.recovery.actions import BackupResult
from aboveboard.recovery.queries import RestoreReport
from aboveboard.recovery.restoring.load import load
from aboveboard.recovery.restoring.parts import check_parts
from aboveboard.recovery.restoring.replay import replay

NOW = clock.now().replace(microsecond=0)
WEEK = timedelta(days=7)


def log() -> Path:
    return settings.current().path("log")


def back_up(folder: Path, at: datetime) -> BackupResult:
    sequence_now()
    made = actions.back_up(folder, by=SYSTEM, at=at)
    sequence_now()
    return made


def restore(
    records: Path, keys: Path, *, log_copy: Path | None = None, without_log: bool = False
) -> RestoreReport:
    """As the command does: put the backup in place of everything, then repeat."""
    load(check_parts(records, keys), replace=True, at=NOW)
    return finish(log_copy, without_log=without_log)


def finish(log_copy: Path | None = None, *, without_log: bool = False) -> RestoreReport:
    source = LogDirectory(log_copy) if log_copy else None
    return replay(source, named="a mirror", without_log=without_log, by=SYSTEM, at=NOW)


def lose_everything() -> None:
    """The machine is gone: what remains is the backup and whatever was kept elsewhere."""
    shutil.rmtree(log(), ignore_errors=True)


@contextmanager
def mirrored(folder: Path) -> Iterator[Path]:
    """Keep a copy of the published log elsewhere, as an operator should."""
    sequence_now()
    yield Path(shutil.copytree(log(), folder / "mirror"))


def disconnect() -> None:
    """Let go of the database, as a process that ends does."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def assert_ledger_whole(size: int) -> None:
    """Every row and every published file agree, and the log has at least as many
    entries as anyone has seen."""
    sequence_now()
    keys = [Verifier.from_vkey(key) for key in (log() / "vkey").read_text().split()]
    report, _ = verify_database(LogDirectory(log()), keys, now=clock.now())
    assert report.findings == []
    assert report.size >= size


def in_a_process(work: object) -> int:
    """Do ``work`` in a process of its own; return its id."""
    disconnect()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        work()  # type: ignore[operator]  # a function without arguments
        code = 0
    finally:
        os._exit(code)
