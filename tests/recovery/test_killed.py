"""Killed, out of space, or without its database: a backup is whole or not there, and a restoration
is done or can be gone on with."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict
from aboveboard.recovery import actions, backups, manifest, queries
from aboveboard.recovery.backups import CannotWrite
from aboveboard.recovery.models import Backup, Restoration
from aboveboard.vault import actions as vault
from aboveboard.vault.queries import find, people_count, person
from tests.recovery import stand
from tests.recovery.stand import NOW, WEEK
from tests.world import load

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
KILLS = 10


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Do ``work`` in a process of its own and kill that after a while. Whether it was
    killed before it was done."""
    process = stand.in_a_process(work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def assert_every_backup_is_whole(folder: Path) -> int:
    parts = sorted(path for path in folder.glob("aboveboard-*") if not path.name.endswith(".keys"))
    for path in parts:
        manifest.check(path)
        keys = backups.keys_part_of(path)
        assert keys is not None
        assert manifest.check(keys).made_at >= manifest.read(path).made_at
    return len(parts)


def test_a_backup_that_is_killed_is_whole_or_not_there(tmp_path: Path) -> None:
    load(40)
    folder = tmp_path / "backups"
    picks = random.Random(5)
    began = time.monotonic()
    stand.back_up(folder, NOW)
    lasts, killed = time.monotonic() - began, 0
    for number in range(1, KILLS + 1):
        at = NOW + timedelta(seconds=number)
        killed += killed_after(
            picks.random() * lasts, lambda at=at: actions.back_up(folder, by=SYSTEM, at=at)
        )
        assert assert_every_backup_is_whole(folder) >= 1
    assert killed
    made = stand.back_up(folder, NOW + WEEK)
    assert [
        path.name for path in folder.iterdir() if path.name.startswith(".") and path.name != ".lock"
    ] == []
    assert [path.name for path in folder.glob("*.keys")] == [made.keys.name]
    stand.assert_ledger_whole(1)


def test_a_restoration_that_is_killed_left_everything_as_it_was_or_is_gone_on_with(
    tmp_path: Path,
) -> None:
    people = load(40)
    (erased, row), (stays, _) = people[:2]
    made = stand.back_up(tmp_path / "backups", NOW - WEEK)
    vault.erase(erased, reason="asked", by=SYSTEM, at=NOW)
    stand.assert_ledger_whole(1)
    picks = random.Random(7)
    began = time.monotonic()
    stand.restore(made.records, made.keys)
    lasts = time.monotonic() - began
    seen = set()
    for _ in range(KILLS):
        before = Restoration.objects.count()
        killed_after(picks.random() * lasts, lambda: stand.restore(made.records, made.keys))
        waits = queries.unfinished()
        seen.add("waits" if waits else "as it was")
        if waits:
            assert waits.backup == made.records.name
            with pytest.raises(queries.RestoreUnfinished):
                queries.check_finished()
            stand.finish()
        else:
            assert Restoration.objects.count() == before
        # Either way nobody who was erased is back, and everybody else is there.
        assert person(erased) is None
        assert not find("customer_number", row["customer_id"])
        assert person(stays) is not None
        assert people_count() == 39
    stand.assert_ledger_whole(1)
    assert "as it was" in seen


def limited(bytes_: int, work: Callable[[], object]) -> Callable[[], object]:
    """Do ``work`` where no file may grow beyond some bytes, as on a disk that is full."""

    def within() -> object:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
        with pytest.raises(CannotWrite):
            work()
        return None

    return within


@pytest.mark.parametrize("full_at", ["the first byte", "the log", "the rows"])
def test_a_full_disk_leaves_no_backup_and_takes_none_away(
    tmp_path: Path, full_at: str, on_postgres: bool
) -> None:
    load(40)
    space = {"the first byte": 0, "the log": 5_000, "the rows": 15_000 if on_postgres else 40_000}[
        full_at
    ]
    folder = tmp_path / "backups"
    made = stand.back_up(folder, NOW)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    process = stand.in_a_process(
        limited(space, lambda: actions.back_up(folder, by=SYSTEM, at=NOW + WEEK))
    )
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert manifest.check(made.records)
    assert Backup.objects.count() == 1


def test_a_database_that_goes_away_meanwhile_leaves_no_backup(
    tmp_path: Path, on_postgres: bool
) -> None:
    load(5)
    folder = tmp_path / "backups"

    def pull_the_plug(table: str) -> None:
        if table != "vault_person":
            return
        if on_postgres:
            # The server says it in several ways.
            with connection.cursor() as cursor, pytest.raises(Exception):  # noqa: B017, PT011
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise OSError(5, "the disk is gone")

    with pytest.raises(Exception):  # noqa: B017, PT011 - as above
        actions.back_up(folder, by=SYSTEM, at=NOW, on_step=pull_the_plug)
    connection.close()
    assert [path.name for path in folder.iterdir()] == [".lock"]
    stand.back_up(folder, NOW)


def test_two_backups_in_one_folder_wait_for_nobody(tmp_path: Path) -> None:
    load(1)
    with backups.locked(tmp_path), pytest.raises(Conflict, match="another backup"):
        actions.back_up(tmp_path, by=SYSTEM, at=NOW)
