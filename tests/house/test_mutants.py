"""``make mutants`` spoils what runs: each mutant is valid Python and differs in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.mutants.areas import AREAS, PACKAGES
from scripts.mutants.sites import ROOT, difference, functions, sites, spoiled_tree

FILE = Path("src/aboveboard/law/clocks.py")


def test_each_mutant_is_valid_and_differs_from_the_file() -> None:
    original = ast.unparse(ast.parse((ROOT / FILE).read_text("utf-8")))
    places = sites(FILE)
    assert len(places) > 20
    for site in places[::2]:
        tree = spoiled_tree(site)
        compile(tree, str(FILE), "exec")
        assert ast.unparse(tree) != original, f"{site.file}:{site.line}: {site.what}"
        assert difference(site)


def test_a_spoiled_function_can_take_the_place_of_the_true_one() -> None:
    original = functions(ast.parse((ROOT / FILE).read_text("utf-8")), str(FILE))
    for site in sites(FILE)[::3]:
        changed = functions(spoiled_tree(site), str(FILE))
        assert changed.keys() <= original.keys()
        differs = any(changed.get(name) != code for name, code in original.items())
        assert differs is (site.function is not None), site


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
