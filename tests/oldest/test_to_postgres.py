"""An instance that lived on SQLite from its first day moves to PostgreSQL."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.db import connection

from tests.commands.conftest import Run, aboveboard, empty_database, forking
from tests.oldest import test_oldest as oldest
from tests.recovery.test_everything_once import compared, contents_of

__all__ = ["aboveboard", "empty_database", "forking"]  # fixtures

pytestmark = pytest.mark.database


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it moves to PostgreSQL")
def test_what_was_made_on_sqlite_is_all_there_on_postgresql(
    tmp_path: Path, aboveboard: Run, empty_database: list[str]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    oldest.unpack(old, on_postgres=False)
    migrated = aboveboard("migrate", "--home", old)
    assert migrated.returncode == 0, migrated.stderr
    before = contents_of(old)
    made = json.loads(aboveboard("backup", tmp_path / "backups", "--home", old, "--json").stdout)
    new.mkdir()
    for name in ("root.key", "aboveboard.toml"):
        (new / name).touch(0o600)
    (new / "root.key").write_text((old / "root.key").read_text())
    settings = re.sub(r"(?ms)^\[database\].*?(?=^\[|\Z)", "", (old / "aboveboard.toml").read_text())
    (new / "aboveboard.toml").write_text(f'{settings}\n[database]\nurl = "{empty_database[1]}"\n')
    words = ("restore", made["records"], "--log", old / "log")
    restored = aboveboard(*words, "--home", new, "--json")
    assert restored.returncode in (0, 1), restored.stderr  # 1: of notices that wait
    assert compared(before, contents_of(new)) == {}
    for words in (("ledger", "verify", "--instance"), ("worker", "--once"), ("migrate",)):
        done = aboveboard(*words, "--home", new)
        assert done.returncode == 0, done.stdout + done.stderr
