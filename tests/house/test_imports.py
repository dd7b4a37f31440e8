"""Which way imports point, and at what: a package's ``models``, and every module that it does not
list as public in its ``apps.py``, are its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

from aboveboard.basics.package import gathered
from scripts import contracts
from tests.house import not_yet, source


@cache
def _imports() -> frozenset[tuple[str, str]]:
    """Return who imports what, deferred imports and those for types alone among them."""
    graph = grimp.build_graph("aboveboard", cache_dir=None, exclude_type_checking_imports=False)
    return frozenset(
        (importer, imported)
        for importer in graph.modules
        if ".migrations" not in importer
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def _package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _across() -> Iterator[tuple[str, str]]:
    for importer, imported in _imports():
        if _package(imported) not in ("", _package(importer)):
            yield importer, imported


def _public() -> dict[str, set[str]]:
    return {package.name: set(package.public) for package in gathered()}


def private_imports() -> Iterator[str]:
    """Yield the imports of another package's ``models``, of its ``apps``, and of modules that it
    does not list, once it lists any. What a package says of itself (``__init__``) is for all."""
    public = _public()
    for importer, imported in _across():
        owner, _, module = imported.removeprefix("aboveboard.").partition(".")
        listed = public.get(owner, set())
        closed = module.split(".")[-1] == "models" or module == "apps"
        if module and (closed or (listed and module not in listed)):
            yield f"{importer.removeprefix('aboveboard.')} -> {owner}.{module}"


def packages_without_public() -> Iterator[str]:
    """Yield the packages that others import and that have not said which modules are public. All
    of ``basics`` is for everybody."""
    used = {_package(imported) for _, imported in _across() if imported.count(".") > 1} - {"basics"}
    yield from (owner for owner in used if not _public().get(owner))


def test_nobody_imports_what_is_private_to_another_package() -> None:
    not_yet.check(
        "private_imports", private_imports(), "ask its owner for a query or an action instead:"
    )


def test_every_package_says_what_is_public() -> None:
    not_yet.check("packages_without_public", packages_without_public(), "list Package.public:")


def test_what_is_public_is_there() -> None:
    missing = []
    for owner, modules in _public().items():
        for module in modules:
            path = source.SOURCE.joinpath(owner, *module.split("."))
            if not (path.with_suffix(".py").exists() or (path / "__init__.py").exists()):
                missing.append(f"{owner}.{module}")
    assert not missing, missing


def test_the_contracts_say_what_the_packages_say() -> None:
    text = contracts.FILE.read_text("utf-8")
    assert contracts.written(text, unclean()) == text, "run: make contracts"


def unclean() -> set[str]:
    """Return the packages whose private modules others still import: no contract holds."""
    return {row.split(" -> ")[1].split(".")[0] for row in not_yet.listed("private_imports")}


def test_imports_keep_the_contracts() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=source.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_csv_that_leaves_has_one_writer() -> None:
    """``basics.spreadsheet`` keeps formulas out. What the engines hand themselves, and the
    demonstration's made-up customers, are read by programs alone; a connected system's own file
    keeps every cell that is not to be changed."""
    own = ("engines/", "vault/facets.py", "commands/demo/people.py", "connectors/files/forms.py")
    others = [
        source.named(path)
        for path in source.python("src")
        if re.search(r"csv\.(writer|DictWriter)\(", source.text(path))
        and not any(part in path.as_posix() for part in own)
    ]
    assert others == []
