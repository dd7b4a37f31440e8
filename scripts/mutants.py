"""Spoil the core at random places, one at a time, and see whether its own tests notice.

    make mutants                                  # two dozen, from every area
    .venv/bin/python -m scripts.mutants --area law --count 50 --seed 3

A place where nothing notices is a sentence that no test asks for, or a change that makes no
difference: read it, and write the story that was missing. It takes minutes, so it is no part of
``make test``. Exit code 1 when something survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = Path("src/aboveboard")


@dataclass(frozen=True)
class Area:
    """A part of the core, and the tests that must notice when it is spoiled."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "access": Area(("access",), ("tests/access", "tests/api")),
    "accounts": Area(("accounts",), ("tests/accounts",)),
    "choices": Area(("choices",), ("tests/choices",)),
    "counting": Area(("incidents/exposure", "engines"), ("tests/incidents", "tests/engines")),
    "keys": Area(("keys",), ("tests/keys",)),
    "law": Area(("law",), ("tests/law", "tests/incidents/assessment")),
    "ledger": Area(("ledger",), ("tests/ledger",)),
    "vault": Area(("vault",), ("tests/vault",)),
}
# What only declares: a spoiled limit or model field is for the house tests and migrations.
DECLARATIONS = ("__init__.py", "apps.py", "models.py", "limits.py", "urls.py")

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

Spoil = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Site:
    """One place that can be spoiled, and how: the number of its node in the walk of the file."""

    file: Path
    node: int
    line: int
    what: str
    spoil: Spoil


def sites(file: Path) -> list[Site]:
    """Return every place of this file that can be spoiled, in the order of the file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    silent = _not_code(tree)
    places: list[Site] = []
    for number, node in enumerate(ast.walk(tree)):
        if number not in silent:
            line = getattr(node, "lineno", 0)
            places += [Site(file, number, line, what, spoil) for what, spoil in _ways(node)]
    return sorted(places, key=lambda site: (site.line, site.node, site.what))


def _not_code(tree: ast.Module) -> set[int]:
    """Return the numbers of the nodes that say nothing at run time: annotations, docstrings."""
    silent: set[int] = set()
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        match node:
            case ast.AnnAssign():
                parts = [node.annotation]
            case ast.arg():
                parts = [node.annotation]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                parts = [node.returns, *node.decorator_list]
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                parts = [node]
            case ast.Expr(value=ast.Constant()):
                parts = [node]
            case ast.ClassDef():
                parts = [*node.bases, *node.decorator_list]
        for part in parts:
            if part is not None:
                silent |= {numbers[id(inner)] for inner in ast.walk(part)}
    return silent


def _ways(node: ast.AST) -> Iterator[tuple[str, Spoil]]:
    match node:
        case ast.Compare(ops=[operator, *_]):
            if type(operator) in _OPPOSITE:
                yield "comparison turned round", _comparison(_OPPOSITE[type(operator)])
            if type(operator) in _BOUNDARY:
                yield "boundary moved", _comparison(_BOUNDARY[type(operator)])
        case ast.BoolOp():
            yield "and/or exchanged", _other_operator
            yield "first condition dropped", lambda node: node.values.pop(0)  # type: ignore[attr-defined]
            yield "last condition dropped", lambda node: node.values.pop()  # type: ignore[attr-defined]
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield "nothing returned", _set(value=ast.Constant(None))
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            yield "one more", _set(value=number + 1)
        case ast.Constant(value=bool() as truth):
            yield "truth turned round", _set(value=not truth)
        case ast.If(orelse=[]):
            yield "condition always false", _set(test=ast.Constant(False))
            yield "condition always true", _set(test=ast.Constant(True))
        case ast.If() | ast.IfExp():
            yield "branches exchanged", _branches
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Await()):
            yield "statement removed", _set(value=ast.Constant(None))
        case ast.Tuple(ctx=ast.Load(), elts=[_, _, *_]) | ast.Set(elts=[_, _, *_]):
            yield "last element dropped", lambda node: node.elts.pop()  # type: ignore[attr-defined]
        case ast.Dict(keys=[_, _, *_]):
            yield "last entry dropped", _last_entry


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _set(**attributes: object) -> Spoil:
    def spoil(node: ast.AST) -> None:
        for name, value in attributes.items():
            setattr(node, name, value)

    return spoil


def _comparison(operator: type[ast.cmpop]) -> Spoil:
    def spoil(node: ast.AST) -> None:
        cast("ast.Compare", node).ops[0] = operator()

    return spoil


def _other_operator(node: ast.AST) -> None:
    joined = cast("ast.BoolOp", node)
    joined.op = ast.Or() if isinstance(joined.op, ast.And) else ast.And()


def _branches(node: ast.AST) -> None:
    branching = cast("ast.If", node)
    branching.body, branching.orelse = branching.orelse, branching.body


def _last_entry(node: ast.AST) -> None:
    entries = cast("ast.Dict", node)
    entries.keys.pop()
    entries.values.pop()


def spoiled(site: Site) -> tuple[str, str]:
    """Return the text of the file with the site spoiled, and what differs, as a diff of two
    or three lines. Comments and layout are lost: it is for the tests, not for reading."""
    tree = ast.parse((ROOT / site.file).read_text("utf-8"))
    mutant = copy.deepcopy(tree)
    node = next(node for number, node in enumerate(ast.walk(mutant)) if number == site.node)
    site.spoil(node)
    before, after = ast.unparse(tree), ast.unparse(ast.fix_missing_locations(mutant))
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return after, "\n".join(f"      {line}" for line in changed[:8])


class Bench:
    """A copy of the tree that one test process at a time runs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        vendor = PACKAGES / "site" / "static" / "vendor"
        shutil.copytree(ROOT / vendor, folder / vendor, dirs_exist_ok=True)

    def passes(self, tests: tuple[str, ...], seconds: float) -> bool | None:
        """Run the tests; return whether they pass, and None when they do not end in time."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        process = subprocess.Popen(
            [*command, "-m", "not browser and not crash and not slow", *tests],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # with the servers and workers that a test had started
            process.wait()
            return None

    def survives(self, site: Site, tests: tuple[str, ...], seconds: float) -> bool:
        """Return whether all these tests pass on the spoiled file."""
        place = self.folder / site.file
        original = place.read_bytes()
        text, _ = spoiled(site)
        place.write_text(text, "utf-8")
        try:
            return self.passes(tests, seconds) is True
        finally:
            place.write_bytes(original)


def drawn(area: Area, count: int, chance: random.Random) -> list[Site]:
    """Return so many sites of an area, drawn at random."""
    files = {
        file.relative_to(ROOT)
        for folder in area.files
        for file in (ROOT / PACKAGES / folder).rglob("*.py")
        if file.name not in DECLARATIONS and "migrations" not in file.parts
    }
    places = [site for file in sorted(files) for site in sites(file)]
    return chance.sample(places, min(count, len(places)))


def try_area(name: str, count: int, seed: int, folder: Path) -> tuple[int, list[Site]]:
    """Spoil an area so many times; return how often, and what nothing noticed."""
    area, bench = AREAS[name], Bench(folder)
    began = time.monotonic()
    if bench.passes(area.tests, 1800) is not True:
        sys.exit(f"The tests of {name} do not pass on the tree as it is: mend that first.")
    seconds = 3 * (time.monotonic() - began) + 30
    survivors = []
    chosen = drawn(area, count, random.Random(f"{seed} {name}"))  # noqa: S311  # a sample
    for site in chosen:
        alive = bench.survives(site, area.tests, seconds)
        print(f"  {'SURVIVED' if alive else 'killed  '}  {site.file}:{site.line}: {site.what}")
        if alive:
            survivors.append(site)
            print(spoiled(site)[1], flush=True)
    return len(chosen), survivors


def main() -> int:
    """Run, and say for each area how many were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--area", action="append", choices=sorted(AREAS), help="all, if left out")
    parser.add_argument("--count", type=int, default=3, help="how many in each area")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    names = given.area or sorted(AREAS)
    print(f"Seed {given.seed}: {given.count} in each of {', '.join(names)}.")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.processes) as pool:
        tried = pool.map(
            lambda name: try_area(name, given.count, given.seed, Path(folder) / name), names
        )
        results = dict(zip(names, tried, strict=True))
    for name, (count, survivors) in results.items():
        print(f"{name:10} {count - len(survivors)} of {count} noticed")
    return 1 if any(survivors for _, survivors in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
