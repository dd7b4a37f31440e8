"""``aboveboard promise``: run as people run it, in a folder that holds no instance."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promise import RETAILER, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(RETAILER, "utf-8")
    (tmp_path / "wider.yaml").write_text(edited(("keep: P2Y", "keep: P3Y")), "utf-8")
    (tmp_path / "bad.yaml").write_text(
        edited(("roles: [finance]", "roles: [finanse]"), ("country: US", "country: IN")), "utf-8"
    )
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with no instance in sight."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ABOVEBOARD", "DJANGO"))
    }
    command = [sys.executable, "-m", "aboveboard.commands.main", "promise", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_sound_promise(folder: Path) -> None:
    done = run(folder, "check", "good.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    accepted, notice, *ages = done.stdout.splitlines()
    assert accepted == "good.yaml: no problems found. 17 fields, 10 purposes."
    assert notice == "Privacy notice: 16 of the 16 things it must say are said."
    assert [age.split(":")[0] for age in ages] == [
        f"Reading age ({code})" for code in ("en", "fr", "de")
    ]


def test_a_refused_promise(folder: Path) -> None:
    line = RETAILER.splitlines().index("    roles: [finance]") + 1
    done = run(folder, "check", "bad.yaml")
    assert done.returncode == 1
    assert f"bad.yaml:{line}:13: undeclared_role\n" in done.stdout
    assert "Did you mean `finance`?" in done.stdout
    assert done.stdout.endswith("The promise in bad.yaml cannot be used: one problem to fix.\n")


def test_a_refused_promise_for_a_program(folder: Path) -> None:
    done = run(folder, "check", "bad.yaml", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["accepted"] is False
    assert [problem["code"] for problem in answer["problems"]] == ["undeclared_role"]
    assert json.loads(run(folder, "check", "good.yaml", "--json").stdout)["accepted"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "none.yaml"],
        ["check", "."],
        ["check"],
        [],
        ["chekc", "good.yaml"],
        ["register", "good.yaml"],
    ],
)
def test_wrong_use(folder: Path, arguments: list[str]) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_without_an_end(folder: Path) -> None:
    done = run(folder, "check", "/dev/zero")
    assert done.returncode == 1
    assert "too_large" in done.stdout


def test_explain_diff_register_schema_and_sample(folder: Path) -> None:
    assert "To deliver what you order" in run(folder, "explain", "good.yaml").stdout
    assert (
        "Pour livrer vos commandes"
        in run(folder, "explain", "good.yaml", "--language", "fr").stdout
    )
    compared = run(folder, "diff", "good.yaml", "wider.yaml")
    assert compared.returncode == 0
    assert "is kept three years instead of two years" in compared.stdout
    assert (
        json.loads(run(folder, "diff", "good.yaml", "wider.yaml", "--json").stdout)["changes"][0][
            "direction"
        ]
        == "widened"
    )
    assert run(folder, "diff", "good.yaml", "good.yaml").stdout == "No differences.\n"
    assert run(folder, "register", "good.yaml", "--csv").stdout.startswith("Controller (a),")
    assert (
        json.loads(run(folder, "register", "good.yaml", "--json-ld").stdout)["@type"] == "dpv:ROPA"
    )
    assert json.loads(run(folder, "schema").stdout)["$defs"]["purpose"]
    assert run(folder, "sample").stdout == RETAILER


def test_adopting_needs_an_instance(folder: Path) -> None:
    done = run(folder, "adopt", "good.yaml")
    assert done.returncode == 3
    assert "There is no Aboveboard instance" in done.stderr
