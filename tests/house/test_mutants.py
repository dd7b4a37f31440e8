"""``make mutants`` spoils what runs: each mutant is valid Python and differs in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.mutants import AREAS, PACKAGES, ROOT, sites, spoiled

FILE = Path("src/aboveboard/law/clocks.py")


def test_each_mutant_is_valid_and_differs_from_the_file() -> None:
    original = ast.unparse(ast.parse((ROOT / FILE).read_text("utf-8")))
    places = sites(FILE)
    assert len(places) > 20
    for site in places:
        text, change = spoiled(site)
        ast.parse(text)
        assert text != original, f"{site.file}:{site.line}: {site.what}"
        assert change


def test_the_kinds_of_fault_that_slip_through_are_all_made() -> None:
    kinds = {site.what for file in _core() for site in sites(file)}
    assert kinds >= {
        "comparison turned round",
        "boundary moved",
        "and/or exchanged",
        "last condition dropped",
        "nothing returned",
        "one more",
        "condition always false",
        "branches exchanged",
        "statement removed",
        "last element dropped",
    }


@pytest.mark.parametrize("name", sorted(AREAS))
def test_an_area_names_code_and_tests_that_are_there(name: str) -> None:
    area = AREAS[name]
    assert all((ROOT / PACKAGES / folder).is_dir() for folder in area.files)
    assert all((ROOT / tests).exists() for tests in area.tests)


def _core() -> list[Path]:
    return [
        file.relative_to(ROOT)
        for folder in ("access", "law")
        for file in sorted((ROOT / PACKAGES / folder).rglob("*.py"))
    ]
