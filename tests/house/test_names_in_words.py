"""What a docstring, a comment or a help text names is there: of a module that moved, or a function
that was renamed, the new name stands there too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.package import gathered
from tests.house import source

_NAMES: Final = re.compile(
    r"``([A-Za-z_]\w*(?:\.\w+)+)(?:\(\))?``"
    r"|:(?:mod|func|class|data|exc):`~?\.?([A-Za-z_][\w.]*)`"
)
_DOTTED: Final = re.compile(r"\b[a-z_]+(?:\.[A-Za-z_]+)+\b")
_FILES: Final = re.compile(
    r"\.(toml|ya?ml|json|py|tar|parquet|csv|html|key|sqlite3|md|txt|sql|pdf|xz|gz|zip)$"
)
_OTHERS: Final = frozenset(
    {
        "app.name",  # a table or a migration, as Django names them
        "django.db.connection",
        "gc.set_threshold",
        "person.kind",  # of what a client sends
        "section.name",  # a setting
        "straße.example",
        "strasse.example",
        "table.column",
        "transaction.atomic",
        "tree.size",  # of what DuckDB and the witness hold
        "which.after",  # of an SQL file
        "wsgi.input",
    }
)
"""Dotted words that name nothing of this program."""


@cache
def modules() -> frozenset[str]:
    """Return every module of this program."""
    return frozenset(_module_of(path) for path in source.python("src"))


@cache
def classes() -> dict[str, str]:
    """Return each class, and a module that has it."""
    return {
        node.name: _module_of(path)
        for path in source.python("src")
        for node in source.nodes(source.tree(path))
        if isinstance(node, ast.ClassDef)
    }


@cache
def words() -> frozenset[str]:
    """Return dotted words that are no names of modules: settings, kinds of entries and jobs."""
    named = {
        f"{part}.{field.name}" for part, kind in settings.SECTIONS.items() for field in fields(kind)
    }
    for package in gathered():
        named |= {entry.kind for entry in package.entries} | {job.kind for job in package.jobs}
    return frozenset(named)


def named_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each dotted name in a file, with its line: in backticks, or in the help of a column."""
    text = source.text(path)
    for node in source.nodes(source.tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "help_text":
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from ((node.lineno, name) for name in _DOTTED.findall(part.value))
    for found in _NAMES.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1] or found[2]


def is_there(name: str, path: Path) -> bool:
    """Whether a name that stands in this file leads to something of this program: as it is, from
    one of the packages that the file is in, or by a module or class of that last name."""
    here = _module_of(path).split(".")
    first = name.partition(".")[0]
    tops = [".".join(here[: end + 1]) for end in range(len(here))]
    places = [name, *(f"{top}.{name}" for top in tops)]
    package = ".".join(here[:2])
    places += [
        module.removesuffix(first) + name
        for module in modules()
        if module.startswith(f"{package}.") and module.rpartition(".")[2] == first
    ]
    if first in classes():
        places.append(f"{classes()[first]}.{name}")
    return any(map(_resolves, places))


@cache
def _resolves(name: str) -> bool:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if ".".join(parts[:end]) in modules():
            return _has(import_module(".".join(parts[:end])), parts[end:])
    return False


def _has(thing: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(thing, name):
            # A field of a dataclass without a default is not an attribute of its class.
            return name in getattr(thing, "__annotations__", {}) and name == names[-1]
        thing = getattr(thing, name)
    return True


def _module_of(path: Path) -> str:
    parts = ("aboveboard", *path.relative_to(source.SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_what_words_name_is_there() -> None:
    missing = [
        f"{source.named(path, line)} {name}"
        for path in source.python("src")
        for line, name in named_in(path)
        if name not in words() | _OTHERS and not _FILES.search(name) and not is_there(name, path)
    ]
    assert not missing, "nothing is called so:\n" + "\n".join(missing)


def test_a_module_that_moved_is_noticed() -> None:
    here = source.SOURCE / "incidents" / "models.py"
    assert is_there("leaks.opening", here)
    assert not is_there("leaks.reading.Reason", here)
    assert not is_there("access.emergency.why", here)
