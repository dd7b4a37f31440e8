"""The reference is complete and current, because it is made from the code; the
README's commands exist."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest

from aboveboard.basics.errors import AboveboardError
from aboveboard.commands import main
from scripts import reference

ROOT = Path(__file__).parents[2]
COMMANDS = main.find_commands()


@pytest.fixture(scope="module", autouse=True)
def _everything_is_known() -> None:
    reference.import_everything()


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_says_what_the_code_says(name: str) -> None:
    page = ROOT / "docs" / "reference" / name
    assert page.read_text("utf-8") == reference.PAGES[name](), "run: make reference"


def test_error_codes_are_never_shared() -> None:
    seen: dict[str, str] = {}
    shared = []
    for error in reference._all_errors(AboveboardError):
        where = f"{error.__module__}.{error.__qualname__}"
        if error.code in seen:
            shared.append(f"{error.code}: {where} and {seen[error.code]}")
        seen[error.code] = where
    assert not shared, "\n".join(shared)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_explains_itself(
    command: main.DeclaredCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main([command.name, "--help"])
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert f"aboveboard {command.name}" in said.split("Example:")[1], "an example of its own"
    assert command.help.endswith((".", "?")), "a whole sentence"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_examples_are_understood(command: main.DeclaredCommand) -> None:
    for line in command.example.splitlines():
        if line.startswith("aboveboard "):
            _understood(line)


def _understood(line: str) -> None:
    words = shlex.split(re.sub(r"\s{3,}\(.*|\s+[>|#] ?.*| &$", "", line))[1:]
    names = {command.name for command in COMMANDS}
    wanted = next((word for word in words if word in names), None)
    assert wanted, f"no such command: {line}"
    _parser(wanted).parse_args(words)


@cache
def _parser(wanted: str) -> argparse.ArgumentParser:
    """To build a parser takes far longer than to ask it."""
    return main.build_parser(COMMANDS, wanted)


def _shell_lines(page: Path) -> list[str]:
    blocks = re.findall(r"```(?:sh|shell|console|bash)\n(.*?)```", page.read_text("utf-8"), re.S)
    return [
        line.strip().removeprefix("$ ")
        for block in blocks
        for line in block.splitlines()
        if line.strip()
    ]


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINES = [
    (page.relative_to(ROOT), line) for page in PAGES if page.exists() for line in _shell_lines(page)
]


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_what_the_documents_tell_people_to_type_exists(page: Path, line: str) -> None:
    line = re.sub(r"^([A-Z_]+=\S+ )+|^sudo ", "", line)
    if line.startswith("aboveboard "):
        _understood(line)
    elif line.startswith("make "):
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
        assert set(shlex.split(line, comments=True)[1:]) <= targets, line


def test_the_locks_hold_what_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for lock, declared in (
        ("base", project["dependencies"]),
        ("dev", [*project["dependencies"], *project["optional-dependencies"]["dev"]]),
    ):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").lower()
        locked = {name.replace("_", "-") for name in re.findall(r"^([a-z0-9._-]+)==", text, re.M)}
        missing = {re.split(r"[\[<>=~ ]", name)[0].lower() for name in declared} - locked
        assert not missing, f"requirements/{lock}.txt lacks {missing}: run make lock"


def test_every_dependency_has_a_lower_bound() -> None:
    """Tried with ``uv pip install --resolution lowest-direct``: what is older does not work."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for declared in (project["dependencies"], *project["optional-dependencies"].values()):
        assert not [name for name in declared if ">=" not in name]


def test_the_readme_is_there_and_fits_on_a_screen() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in readme
    assert readme.count("\n") <= 80
