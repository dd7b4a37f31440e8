"""The way of a parcel, as people walk it: a key pair, an import, an export, and the recipient who
opens it without an instance."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aboveboard.commands import exits
from aboveboard.commands.demo.people import people, write
from tests.commands.conftest import Run
from tests.world import PROMISE_FILE

pytestmark = [
    pytest.mark.database,
    pytest.mark.one_database("what a parcel holds; tests/custody reads its rows on both"),
]


HOME = ("--home", "home")


def import_torn(done: Callable[..., str], folder: Path) -> None:
    """Import thirty customers from a file with one line that cannot be loaded."""
    write(folder / "customers.csv", 30)
    lines = (folder / "customers.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "torn.csv").write_text("".join([*lines, "torn,line\n"]), "utf-8")
    torn = ("import", "torn.csv", "--sample-mapping", "--json", *HOME)
    report = json.loads(done(*torn, code=exits.ATTENTION))
    problems = [problem["code"] for problem in report["problems"]]
    assert (report["loaded"], report["refused"], problems) == (30, 1, ["wrong_count"])
    number = report["import"]
    listed = done("import", "--problems", number, *HOME, code=exits.ATTENTION).splitlines()
    assert listed[1].startswith("32,,wrong_count")
    assert done("import", "torn.csv", "--problems", number, *HOME) == lines[0] + "torn,line\n"


def test_a_parcel_from_the_instance_to_its_recipient(
    aboveboard: Run, empty_database: list[str], tmp_path: Path
) -> None:
    def done(*words: object, code: int = exits.DONE) -> str:
        ran = aboveboard(*words)
        assert ran.returncode == code, ran.stderr
        return ran.stdout

    key = done("export", "new-key", "key.txt").strip()
    done("init", "home", "--name", "Adventure Works", *empty_database)
    done("promise", "adopt", PROMISE_FILE, *HOME)
    import_torn(done, tmp_path)
    ada = ["ada@example.com", "--name", "Ada", "--role", "adviser", "--team", "Leeds"]
    done("staff", "add", *ada, *HOME)
    rows = list(people(30))
    numbers = "".join(row["customer_id"] + "\n" for row in rows[:5])
    (tmp_path / "numbers.txt").write_text(numbers + "NOBODY1\n")

    asked = ["export", "make", "d.csv.age", "--purpose", "deliver-orders"]
    asked += ["--fields", "first_name,city"]
    asked += ["--people", "numbers.txt", "--to", "courier", "--staff", "ada@example.com"]
    assert "unprotected" in aboveboard(*asked, *HOME).stderr
    made = json.loads(done(*asked, *HOME, "--key", key, "--json", code=exits.ATTENTION))
    assert (made["people"], made["refused"], made["protection"]) == (5, 0, "parcel")
    assert made["lines_unknown"] == [6]
    sheet = json.loads((tmp_path / "d.csv.age.manifest.json").read_text("utf-8"))
    assert sheet == json.loads(done("export", "sheet", made["export"], *HOME))
    assert sheet["ledger"]["proof"].startswith("c2sp.org/tlog-proof@v1")
    assert len(done("export", "manifest", made["export"], *HOME).splitlines()) == 6
    assert "never left" not in done("export", "list", *HOME)

    opened = ["export", "open", "d.csv.age", "--identity", "key.txt", "--out", "d.csv"]
    done(*opened)
    with (tmp_path / "d.csv").open(newline="", encoding="utf-8") as text:
        read = [(row["first_name"], row["city"]) for row in csv.DictReader(text)]
    assert read == [(row["first_name"], row["city"]) for row in rows[:5]]
    assert aboveboard(*opened).returncode == exits.INVALID
