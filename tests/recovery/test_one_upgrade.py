"""One process upgrades, and none of another version is connected meanwhile; what it made before
does not stay."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics import settings
from aboveboard.recovery import before_upgrade, limits, one_upgrade
from aboveboard.recovery.restoring.staging import StillInUse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@contextmanager
def upgrading_elsewhere() -> Iterator[Callable[[], None]]:
    """Hold the lock as another process does; gives what lets go of it."""
    if connection.vendor == "postgresql":
        with connected("aboveboard-1") as other:
            other.execute("SELECT pg_advisory_lock(%s)", [one_upgrade._NUMBER])
            yield other.close
        return
    handle = os.open(settings.current().path(".upgrade.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield lambda: os.close(handle)


@contextmanager
def connected(name: str) -> Iterator[object]:
    """Be connected to the database as another process, which calls itself so."""
    import psycopg

    known = connection.settings_dict
    address = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"]}
    with psycopg.connect(
        dbname=known["NAME"],
        password=known["PASSWORD"],
        application_name=name,
        autocommit=True,
        **address,
    ) as other:
        yield other


def test_who_comes_second_says_that_it_waits_and_goes_on_when_the_first_is_done() -> None:
    said = []
    with upgrading_elsewhere() as done:

        def hears(sentence: str) -> None:
            said.append(sentence)
            done()

        with one_upgrade.one_upgrade(hears):
            assert said == [
                "Another process is upgrading the database. This one goes on when it is done."
            ]
    with one_upgrade.one_upgrade(said.append):
        assert len(said) == 1, "the lock was let go of"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows of nobody else")
def test_a_process_of_ours_that_is_connected_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with connected("psql"):
        one_upgrade.wait_for_others(pytest.fail)
    with connected("aboveboard-0") as other:
        one_upgrade.wait_for_others(lambda sentence: other.close())  # type: ignore[attr-defined]
    monkeypatch.setattr(limits, "OTHERS_PATIENCE", timedelta())
    with connected("aboveboard-0"), pytest.raises(StillInUse, match="1 connections of other"):
        one_upgrade.wait_for_others(lambda sentence: None)


def test_a_backup_from_before_an_upgrade_goes_after_a_week() -> None:
    place = before_upgrade.upgrade_backups()
    made = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    parts = [place / "aboveboard-20261130T010000Z", place / "aboveboard-20261130T010000Z.keys"]
    try:
        for part in parts:
            part.mkdir(parents=True)
            (part / "manifest.json").touch()
        assert before_upgrade.delete_expired(at=made + timedelta(days=7)) == 0
        assert before_upgrade.delete_expired(at=made + timedelta(days=7, seconds=1)) == 2
        assert not any(part.exists() for part in parts)
    finally:
        shutil.rmtree(place)


def test_a_disk_without_room_is_seen_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(100, 0, 100))
    with pytest.raises(before_upgrade.UpgradeBackupFailed, match=r"has 0\.0 MB free"):
        before_upgrade.back_up_before_upgrade(at=datetime.now(UTC))
    assert not Path(before_upgrade.upgrade_backups()).exists()
