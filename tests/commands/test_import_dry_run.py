"""``aboveboard import --dry-run`` says what an import would do, and does nothing. That both say the
same is compared at each import of ``tests/trials``."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from aboveboard.commands import exits
from aboveboard.commands.demo.people import write
from tests.commands.conftest import Run


def contents(home: Path) -> tuple[list[str], list[str]]:
    """Every row of the database, and every file of the instance besides it."""
    with sqlite3.connect(home / "aboveboard.sqlite3") as rows:
        dump = list(rows.iterdump())
    files = sorted(
        f"{file.relative_to(home)} {hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in home.rglob("*")
        if file.is_file() and not file.name.startswith("aboveboard.sqlite3")
    )
    return dump, files


def test_a_dry_run_reports_and_leaves_nothing(
    aboveboard: Run, new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = new_instance(tmp_path / "home")
    (tmp_path / "promise.yaml").write_text(aboveboard("promise", "sample").stdout)
    adopted = aboveboard("promise", "adopt", "promise.yaml", "--home", home)
    assert adopted.returncode == exits.DONE, adopted.stderr
    write(tmp_path / "customers.csv", 30, seed=1)
    lines = (tmp_path / "customers.csv").read_text("utf-8").splitlines(keepends=True)
    lines[4] = lines[4].replace("@", " at ")
    (tmp_path / "customers.csv").write_text("".join(lines), "utf-8")
    words = ("import", "customers.csv", "--sample-mapping", "--home", home)
    before, folder = contents(home), sorted(tmp_path.iterdir())
    # The second time with other processes that seal.
    for more in ((), ("--processes", "2")):
        said = aboveboard(*words, "--dry-run", *more)
        assert said.returncode == exits.ATTENTION, said.stderr
        assert "30 rows: 29 would be imported, 0 already held, 1 would not be" in said.stdout
        assert "line 5: email is not an e-mail address" in said.stdout
        assert "nothing was written" in said.stdout
    report = json.loads(aboveboard(*words, "--dry-run", "--json").stdout)
    assert (report["dry_run"], report["loaded"]) == (True, 29)
    assert [problem["line"] for problem in report["problems"]] == [5]
    assert contents(home) == before
    assert sorted(tmp_path.iterdir()) == folder
    done = aboveboard(*words)
    assert "29 imported" in done.stdout
    again = aboveboard(*words, "--dry-run")
    assert "0 would be imported, 29 already held" in again.stdout


def test_a_dry_run_of_no_import_is_refused(
    aboveboard: Run, new_instance: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = new_instance(tmp_path / "home")
    refused = aboveboard("import", "--differences", "--dry-run", "--home", home)
    assert refused.returncode == exits.INVALID
    assert "Give it with a file and its mapping." in refused.stderr
