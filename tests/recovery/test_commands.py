"""The commands as an operator runs them: a backup while it runs, the machine lost,
back again on another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from aboveboard.commands import exits
from aboveboard.commands.demo.people import write
from tests.commands.conftest import Run, aboveboard, empty_database, forking

__all__ = ["aboveboard", "empty_database", "forking"]  # fixtures


@pytest.mark.one_database("the guide to backups is read on both")
@pytest.mark.database
@pytest.mark.slow
def test_a_machine_is_lost_and_the_instance_comes_back_on_another(
    aboveboard: Run, tmp_path: Path, empty_database: list[str]
) -> None:
    records = make_instance_and_back_up(aboveboard, tmp_path, empty_database)
    staff = aboveboard(
        "staff", "add", "a@example.org", "--name", "A", "--role", "administrator", "--home", "home"
    )
    assert staff.returncode == exits.DONE, staff.stderr
    assert aboveboard("worker", "--once", "--home", "home").returncode == exits.DONE
    shutil.copytree(tmp_path / "home" / "log", tmp_path / "mirror")
    lose_the_machine(tmp_path, records, empty_database)

    replace = ["--replace"] if empty_database else []
    if not empty_database:
        unread = aboveboard("restore", records, "--home", "other")
        assert unread.returncode == exits.INVALID
        assert "! mail.url = " in unread.stderr
        assert not (tmp_path / "other" / "aboveboard.toml").exists()
    accepted = [*replace, "--accept-settings"]
    waits = aboveboard("restore", records, "--home", "other", *accepted)
    assert waits.returncode == exits.CONFLICT, waits.stderr
    assert "--without-log" in waits.stderr
    served = aboveboard("serve", "--home", "other", "--port", "1")
    assert served.returncode == exits.UNAVAILABLE
    assert "aboveboard restore --resume" in served.stderr
    checks = json.loads(aboveboard("doctor", "--home", "other", "--json").stdout)
    assert {check["name"]: check["verdict"] for check in checks}["backup"] == "act"

    done = aboveboard("restore", "--resume", "--log", "mirror", "--home", "other", "--json")
    assert done.returncode == exits.ATTENTION, done.stderr
    report = json.loads(done.stdout)
    assert report["log"] == "mirror"
    assert {line["kind"] for line in report["report"] if line["outcome"] == "not_repeated"} == {
        "staff.added"
    }
    verified = aboveboard("ledger", "verify", "--home", "other")
    assert verified.returncode == exits.DONE, verified.stdout
    assert aboveboard("worker", "--once", "--home", "other").returncode == exits.DONE
    again = aboveboard("restore", records, "--home", "other")
    assert again.returncode == exits.CONFLICT
    assert "--replace" in again.stderr


def make_instance_and_back_up(aboveboard: Run, tmp_path: Path, database: list[str]) -> str:
    """Return the folder of the records part, checked."""
    (tmp_path / "promise.yaml").write_text(aboveboard("promise", "sample").stdout)
    write(tmp_path / "customers.csv", 30, seed=1)
    for words in (
        ["init", "home", "--promise", "promise.yaml", *database],
        ["import", "customers.csv", "--sample-mapping", "--home", "home"],
    ):
        assert aboveboard(*words).returncode == exits.DONE
    made = aboveboard("backup", "backups", "--home", "home", "--json")
    assert made.returncode == exits.DONE, made.stderr
    records: str = json.loads(made.stdout)["records"]
    checked = aboveboard("backup", "--check", records, "--json")
    assert checked.returncode == exits.DONE, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["log"]["ok"]
    assert aboveboard("ledger", "verify", records).returncode == exits.DONE
    return records


def lose_the_machine(tmp_path: Path, records: str, database: list[str]) -> None:
    """Leave of the instance what an operator keeps elsewhere: the root key."""
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / "home" / "root.key", tmp_path / "other" / "root.key")
    shutil.rmtree(tmp_path / "home")
    # Passwords are not in a backup, so the person who restores says where the database is.
    if database:
        settings = Path(records) / "settings.toml"
        assert database[1] not in settings.read_text()
        (tmp_path / "other" / "aboveboard.toml").write_text(
            _with_password(settings.read_text(), database[1])
        )


def _with_password(settings: str, url: str) -> str:
    return (
        "\n".join(
            f'url = "{url}"' if line.startswith('url = "postgresql') else line
            for line in settings.splitlines()
        )
        + "\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup"], "Run: aboveboard backup DIR"),
        (["backup", "--check", "nowhere"], "has no manifest"),
        (["restore"], "aboveboard restore --resume"),
        (["restore", "nowhere", "--home", "x"], "it has no keys beside it"),
    ],
)
def test_what_is_wrong_with_the_words_is_said(aboveboard: Run, words: list[str], said: str) -> None:
    refused = aboveboard(*words)
    assert refused.returncode in (exits.INVALID, exits.NOT_FOUND), refused.stderr
    assert said in refused.stderr or "no Aboveboard instance" in refused.stderr
    assert "Traceback" not in refused.stderr
