"""``aboveboard keys``, as an operator types it: status, rotate, split on paper, and recovered
after the file is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from aboveboard.commands import exits
from aboveboard.keys.shares import split
from tests.commands.conftest import Run

pytestmark = pytest.mark.database
HOME = ("--home", "home")


@pytest.fixture
def home(new_instance: Callable[[Path], Path], tmp_path: Path) -> Path:
    made = new_instance(tmp_path / "home")
    with (made / "aboveboard.toml").open("a") as settings:
        settings.write("\n[keys]\nlease = 1\n")
    return made


def test_a_rotation_moves_everything_and_the_shares_of_the_new_key_bring_it_back(
    aboveboard: Run, home: Path
) -> None:
    assert aboveboard("worker", "--once", *HOME).returncode == exits.DONE
    before = (home / "root.key").read_text()
    done = aboveboard("keys", "rotate", *HOME)
    assert done.returncode == exits.DONE, done.stderr
    assert "before-" in done.stdout
    assert (home / "root.key").read_text() != before
    status = json.loads(aboveboard("keys", "status", "--json", *HOME).stdout)
    assert [(key["in_use"], key["providers"]) for key in status["keys"]] == [
        (True, ["file:root.key"])
    ]
    printed = aboveboard("keys", "split", "--threshold", "2", "--shares", "3", *HOME)
    blocks = [
        block.partition("recover")[2] for block in printed.stdout.split("- - ") if "Share" in block
    ]
    shares = [" ".join(re.findall(r"\d+ ([a-z]+)", block)) for block in blocks]
    assert len(shares) == 3
    lost = (home / "root.key").read_text()
    (home / "root.key").unlink()
    assert aboveboard("keys", "status", *HOME).returncode == exits.UNAVAILABLE
    refused = aboveboard(
        "keys", "recover", *HOME, typed="\n".join(split(bytes(32), threshold=2, shares=2))
    )
    assert refused.returncode == exits.CONFLICT
    assert "another instance's" in refused.stderr
    assert not (home / "root.key").exists()
    back = aboveboard("keys", "recover", *HOME, typed=f"{shares[0]}\n{shares[2]}\n")
    assert back.returncode == exits.DONE, back.stderr
    assert (home / "root.key").read_text() == lost
    assert (home / "root.key").stat().st_mode & 0o777 == 0o600
    over = aboveboard("keys", "recover", *HOME, typed="")
    assert over.returncode == exits.CONFLICT
    assert aboveboard("keys", "rotate-person", *HOME).returncode == exits.INVALID


def test_a_root_key_with_a_passphrase_opens_with_it_alone(aboveboard: Run, tmp_path: Path) -> None:
    assert (
        "15 characters"
        in aboveboard("init", "home", "--passphrase", ABOVEBOARD_PASSPHRASE="too short").stderr
    )
    assert not (tmp_path / "home").exists()
    right = {"ABOVEBOARD_PASSPHRASE": "correct horse battery staple"}
    assert aboveboard("init", "home", "--passphrase", **right).returncode == exits.DONE
    assert (tmp_path / "home" / "root.key").read_text().startswith("aboveboard-passphrase/1 ")
    assert aboveboard("worker", "--once", *HOME, **right).returncode == exits.DONE
    refused = aboveboard("worker", "--once", *HOME, ABOVEBOARD_PASSPHRASE="another one altogether")
    assert refused.returncode == exits.UNAVAILABLE
    assert "the passphrase does not open it" in refused.stderr
