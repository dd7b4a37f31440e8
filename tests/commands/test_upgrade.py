"""What an upgrade would do is said before it does it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import aboveboard as program
from aboveboard.commands import exits
from aboveboard.commands.instance.changelog import changes_since, parse, read_changelog
from tests.commands.conftest import Run

LOG = """# Changelog

## Unreleased

## 0.10.0 (30 November 2026)

### Faults
- **One thing**: it is
  told over two lines. And more.
- Another.

### Speed
- Faster.

## 0.9.2 (1 November 2026)

### First
- All of it.
"""


def test_what_changed_is_what_came_between_two_versions() -> None:
    versions = parse(LOG)
    assert [each.version for each in versions] == ["", "0.10.0", "0.9.2"]
    newest = versions[1]
    assert newest.topics == {"Faults": ["One thing", "Another"], "Speed": ["Faster"]}
    assert "All of it" not in newest.text

    def since(former: str | None, current: str) -> list[str]:
        return [each.version for each in changes_since(versions, former, current)]

    assert since("0.9.2", "0.10.0") == ["0.10.0"]
    assert since("0.9", "0.10.0") == ["0.10.0", "0.9.2"]
    assert since(None, "0.9.2") == ["0.9.2"], "what this program does not have is not shown"
    assert since("0.10.0", "0.10.0") == []


def test_our_changelog_is_read_and_a_version_without_a_date_is_refused() -> None:
    assert sum(each.count for each in parse(read_changelog())) > 5
    with pytest.raises(ValueError, match="0\\.2\\.0"):
        parse("# Changelog\n\n## 0.2.0\n")


def test_what_waits_and_what_changed_is_said(
    aboveboard: Run, new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = new_instance(tmp_path / "home")
    done = aboveboard("upgrade", "--check", "--home", home)
    assert done.returncode == exits.DONE, done.stderr
    assert f"is of version {program.__version__}." in done.stdout
    assert "up to date" in done.stdout
    assert "There is no other backup." in done.stdout
    with sqlite3.connect(home / "aboveboard.sqlite3") as rows:
        rows.execute("DELETE FROM django_migrations WHERE app = 'recovery' AND name LIKE '0003%'")
    done = aboveboard("upgrade", "--check", "--home", home)
    assert done.returncode == exits.ATTENTION
    assert "recovery.0003_installed_version" in done.stdout
    assert "before-upgrade" in done.stdout
    assert "aboveboard upgrade --home" in done.stdout


def test_a_database_of_a_newer_version_is_left_alone(
    aboveboard: Run, new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = new_instance(tmp_path / "home")
    with sqlite3.connect(home / "aboveboard.sqlite3") as rows:
        rows.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('recovery', '0099_of_tomorrow', '2026-11-30')"
        )
        rows.execute("UPDATE recovery_installedversion SET version = '9.1.0'")
    for words in (["serve", "--port", "1"], ["worker", "--once"], ["upgrade"], ["migrate"]):
        refused = aboveboard(*words, "--home", home)
        assert refused.returncode == exits.CONFLICT, refused.stdout + refused.stderr
        assert "of a newer version of Aboveboard (9.1.0) than this program" in refused.stderr
    assert aboveboard("upgrade", "--check", "--home", home).returncode == exits.CONFLICT
    checks = json.loads(aboveboard("doctor", "--home", home, "--json").stdout)
    assert {check["name"]: check["verdict"] for check in checks}["database"] == "act"
