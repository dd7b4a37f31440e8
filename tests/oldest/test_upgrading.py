"""Install and restart: the oldest instance is brought to this version by whatever starts on it,
with a backup from before, or is left just as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import aboveboard as program
from aboveboard.commands import exits
from tests.commands.conftest import Run, aboveboard, clean_environment, forking
from tests.oldest import test_oldest as oldest

__all__ = ["aboveboard", "forking"]  # fixtures

pytestmark = pytest.mark.database
BLOCKS = "CREATE TABLE recovery_rowcomparison (stands_in_the_way integer)"
"""Made by nobody of ours: a late migration stops at it, after fifty that went well."""

Statement = Callable[[str], list[Any]]
refused_before_it_begins = pytest.mark.one_database("nothing of the database is touched")


class OldInstance:
    """The folder that the oldest version left, the environment for it, and its database."""

    def __init__(self, home: Path, run: Run, url: str | None) -> None:
        self.home, self.url, self._run = home, url, run
        self.environment = {"ABOVEBOARD_HOME": str(home)}
        if url:
            self.environment["ABOVEBOARD_DATABASE_URL"] = url

    def run(self, *words: object, **environment: str) -> Any:
        return self._run(*words, **self.environment, **environment)

    def sql(self, statement: str) -> list[Any]:
        """Run a statement past the program."""
        if self.url is None:
            with closing(sqlite3.connect(self.home / "aboveboard.sqlite3")) as database, database:
                return database.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]  # ours
            return cursor.fetchall() if cursor.description else []

    def form(self) -> list[Any]:
        """What tables and columns there are, and which changes were made."""
        if self.url is None:
            tables = self.sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        else:
            tables = self.sql(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'public' ORDER BY 1, 2"
            )
        return tables + self.sql("SELECT app, name FROM django_migrations ORDER BY app, name")

    def keys(self) -> list[Any]:
        """Whom the instance holds: the number of each person, and their wrapped key."""
        rows = self.sql("SELECT person_id, wrapped FROM keys_personkey ORDER BY person_id")
        return [(number, bytes(wrapped)) for number, wrapped in rows]

    def backups(self) -> list[Path]:
        """The records parts of the backups from before an upgrade."""
        return sorted((self.home / "backups" / "before-upgrade").glob("aboveboard-*Z"))


@pytest.fixture
def old(tmp_path: Path, aboveboard: Run, on_postgres: bool) -> Generator[OldInstance]:
    home = tmp_path / "old"
    oldest.unpack(home, on_postgres=on_postgres)
    if not on_postgres:
        yield OldInstance(home, aboveboard, None)
        return
    with closing(oldest.database(home / "dump.sql")) as url:
        yield OldInstance(home, aboveboard, next(url))


def test_a_worker_that_starts_upgrades_and_the_backup_from_before_comes_back(
    old: OldInstance,
) -> None:
    done = old.run("worker", "--once")
    assert done.returncode == exits.DONE, done.stderr
    assert f"is now of version {program.__version__}" in done.stdout
    (backup,) = old.backups()
    assert old.sql("SELECT version FROM recovery_installedversion") == [(program.__version__,)]
    entries_written = [
        json.loads(bytes(body))
        for (body,) in old.sql("SELECT body FROM ledger_entry WHERE kind = 'instance.upgraded'")
    ]
    assert [entry["facts"]["changes"] > 40 for entry in entries_written] == [True]
    assert old.run("worker", "--once").stdout == "", "there is nothing left to do"
    verified = old.run("ledger", "verify", "--instance")
    assert verified.returncode == exits.DONE, verified.stdout
    checked = old.run("backup", "--check", backup)
    assert checked.returncode == exits.DONE, checked.stdout + checked.stderr
    before = old.keys()
    back = old.run("restore", backup, "--replace", "--log", old.home / "log")
    assert back.returncode in (exits.DONE, exits.ATTENTION), back.stderr
    assert old.run("ledger", "verify", "--instance").returncode == exits.DONE
    assert old.keys() == before
    assert len(before) > 50


@pytest.mark.one_database("the change is made up, and the way back is the backup's")
def test_a_change_that_fails_leaves_the_former_state_and_says_how_to_go_back(
    old: OldInstance,
) -> None:
    old.sql(BLOCKS)
    before, log = old.form(), sorted((old.home / "log").rglob("*"))
    for command in (("upgrade",), ("worker", "--once")):
        failed = old.run(*command)
        assert failed.returncode == exits.CONFLICT, failed.stdout + failed.stderr
        assert "the database is as it was before" in failed.stderr
        assert "recovery_rowcomparison" in failed.stderr
        assert "install the version that ran until now" in failed.stderr
        assert len(old.backups()) == 1, "one is kept, however often it is tried"
        assert str(old.backups()[0]) in failed.stderr
    assert old.form() == before
    assert sorted((old.home / "log").rglob("*")) == log
    old.sql("DROP TABLE recovery_rowcomparison")
    done = old.run("upgrade", "--json")
    assert done.returncode == exits.DONE, done.stderr
    assert json.loads(done.stdout)["backup"] == str(old.backups()[0])
    assert len(old.backups()) == 1


@refused_before_it_begins
def test_without_a_backup_nothing_is_changed(old: OldInstance) -> None:
    (old.home / "backups").write_text("in the way")
    before = old.form()
    refused = old.run("worker", "--once")
    assert refused.returncode == exits.UNAVAILABLE, refused.stdout + refused.stderr
    assert "is not a folder" in refused.stderr
    assert "upgrade.backups" in refused.stderr
    checked = old.run("upgrade", "--check")
    assert checked.returncode == exits.UNAVAILABLE
    assert "No backup can be made" in checked.stdout
    (old.home / "root.key").rename(old.home / "root.key.away")
    elsewhere = old.run("upgrade", ABOVEBOARD_UPGRADE_BACKUPS="other")
    assert elsewhere.returncode == exits.UNAVAILABLE
    assert "root.key" in elsewhere.stderr, "what signs it cannot be opened"
    (old.home / "root.key.away").rename(old.home / "root.key")
    assert old.form() == before
    assert not list((old.home / "other").rglob("*aboveboard*"))
    done = old.run("upgrade", "--without-backup", "--json")
    assert done.returncode == exits.DONE, done.stderr
    assert json.loads(done.stdout)["backup"] is None


@refused_before_it_begins
def test_where_that_is_turned_off_it_is_only_said(old: OldInstance) -> None:
    before = old.form()
    for command in (("worker", "--once"), ("serve", "--port", "1")):
        refused = old.run(*command, ABOVEBOARD_UPGRADE_AT_START="false")
        assert refused.returncode == exits.CONFLICT, refused.stderr
        assert "aboveboard upgrade" in refused.stderr
    checked = old.run("upgrade", "--check", "--json")
    assert checked.returncode == exits.ATTENTION
    found = json.loads(checked.stdout)
    assert found["former"] is None
    assert "vault.0013_record_format_3" in found["waiting"]
    assert found["backup_before"]["problem"] == ""
    assert found["backup_before"]["free_bytes"] > found["backup_before"]["most_bytes"] > 100_000
    assert found["changes"]
    assert old.form() == before, "it only looked"


def test_whoever_starts_at_the_same_time_waits_and_one_upgrades(old: OldInstance) -> None:
    """The server and its worker in units of their own, as ``deploy/systemd`` starts them."""
    import subprocess

    environment = clean_environment() | old.environment
    words = oldest.command("worker", "--once")
    both = [
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=180) for process in both]
    assert [process.returncode for process in both] == [exits.DONE] * 2, said
    assert sum("Updating the database" in out for out, _ in said) == 1
    assert len(old.backups()) == 1
    entries = old.sql("SELECT count(*) FROM ledger_entry WHERE kind = 'instance.upgraded'")
    assert entries == [(1,)]
