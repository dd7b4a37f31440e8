"""The way of a parcel, as people walk it: a key pair, an import, an export, and the recipient who
opens it without an instance."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from aboveboard.commands import exits
from aboveboard.commands.demo.people import people, write
from tests.commands.conftest import Run
from tests.world import PROMISE_FILE

pytestmark = pytest.mark.database


def test_a_parcel_from_the_instance_to_its_recipient(
    aboveboard: Run, empty_database: list[str], tmp_path: Path
) -> None:
    home = ("--home", "home")

    def done(*words: object, code: int = exits.DONE) -> str:
        ran = aboveboard(*words)
        assert ran.returncode == code, ran.stderr
        return ran.stdout

    key = done("export", "new-key", "key.txt").strip()
    done("init", "home", "--name", "Adventure Works", *empty_database)
    done("promise", "adopt", PROMISE_FILE, *home)
    write(tmp_path / "customers.csv", 30)
    lines = (tmp_path / "customers.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "torn.csv").write_text("".join([*lines, "torn,line\n"]), "utf-8")
    report = json.loads(
        done("import", "torn.csv", "--sample-mapping", "--json", *home, code=exits.ATTENTION)
    )
    assert (report["loaded"], report["refused"], report["problems"][0]["code"]) == (
        30,
        1,
        "wrong_count",
    )
    number = report["import"]
    assert (
        done("import", "--problems", number, *home, code=exits.ATTENTION)
        .splitlines()[1]
        .startswith("32,,wrong_count")
    )
    assert done("import", "torn.csv", "--problems", number, *home) == lines[0] + "torn,line\n"

    done(
        "staff",
        "add",
        "ada@example.com",
        "--name",
        "Ada",
        "--role",
        "adviser",
        "--team",
        "Leeds shop",
        *home,
    )
    rows = list(people(30))
    (tmp_path / "numbers.txt").write_text(
        "".join(row["customer_id"] + "\n" for row in rows[:5]) + "NOBODY1\n"
    )
    asked = (
        "export",
        "make",
        "d.csv.age",
        "--purpose",
        "deliver-orders",
        "--fields",
        "first_name,city",
        "--people",
        "numbers.txt",
        "--to",
        "courier",
        "--staff",
        "ada@example.com",
        *home,
    )
    assert "unprotected" in aboveboard(*asked).stderr
    made = json.loads(done(*asked, "--key", key, "--json", code=exits.ATTENTION))
    assert (made["people"], made["refused"], made["protection"], made["lines_unknown"]) == (
        5,
        0,
        "parcel",
        [6],
    )
    sheet = json.loads((tmp_path / "d.csv.age.manifest.json").read_text("utf-8"))
    assert sheet == json.loads(done("export", "sheet", made["export"], *home))
    assert sheet["ledger"]["proof"].startswith("c2sp.org/tlog-proof@v1")
    assert len(done("export", "manifest", made["export"], *home).splitlines()) == 6
    assert "never left" not in done("export", "list", *home)

    done("export", "open", "d.csv.age", "--identity", "key.txt", "--out", "d.csv")
    with (tmp_path / "d.csv").open(newline="", encoding="utf-8") as text:
        assert [(row["first_name"], row["city"]) for row in csv.DictReader(text)] == [
            (row["first_name"], row["city"]) for row in rows[:5]
        ]
    assert (
        aboveboard(
            "export", "open", "d.csv.age", "--identity", "key.txt", "--out", "d.csv"
        ).returncode
        == exits.INVALID
    )
