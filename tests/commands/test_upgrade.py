"""What an upgrade would do is said before it does it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from aboveboard.commands import exits
from aboveboard.commands.instance.upgrade import newest_changes, read_changelog
from tests.commands.conftest import Run

LOG = """# Changelog

## 0.2.0

### Faults
- One thing
  over two lines.
- Another.

### Speed
- Faster.

## 0.1.0

### First
- All of it.
"""


def test_what_changed_is_of_the_newest_version_alone() -> None:
    changes = newest_changes(LOG)
    assert changes.title == "0.2.0"
    assert changes.topics == {"Faults": 2, "Speed": 1}
    assert "All of it" not in changes.text
    assert sum(newest_changes(read_changelog()).topics.values()) > 5


def test_what_waits_and_what_to_do_first_is_said(
    aboveboard: Run, new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = new_instance(tmp_path / "home")
    done = aboveboard("upgrade", "--check", "--home", home)
    assert done.returncode == exits.DONE, done.stderr
    assert "up to date" in done.stdout
    assert "There is no backup." in done.stdout
    with sqlite3.connect(home / "aboveboard.sqlite3") as rows:
        rows.execute("DELETE FROM django_migrations WHERE app = 'recovery' AND name LIKE '0002%'")
    done = aboveboard("upgrade", "--check", "--home", home)
    assert done.returncode == exits.ATTENTION
    assert "recovery.0002_row_comparison" in done.stdout
    assert "make a backup" in done.stdout
    again = aboveboard("upgrade", "--check", "--json", "--home", home)
    assert json.loads(again.stdout)["waiting"] == ["recovery.0002_row_comparison"]
    with sqlite3.connect(home / "aboveboard.sqlite3") as rows:
        applied = rows.execute("SELECT name FROM django_migrations WHERE app = 'recovery'")
        assert applied.fetchall() == [("0001_initial",)], "it only looks"
