"""The project's own files, read once for all house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "aboveboard"
CODE: Final = ("src", "tests", "scripts", "bench")
MADE_BY_OTHERS: Final = ("node_modules", "vendor", "migrations", "egg-info", "__pycache__")


@cache
def files(*tops: str) -> tuple[Path, ...]:
    """Return every file below these folders that people of this project write."""
    return tuple(
        path
        for top in tops
        for path in sorted((ROOT / top).rglob("*"))
        if path.is_file() and not any(part in str(path) for part in MADE_BY_OTHERS)
    )


@cache
def text(path: Path) -> str:
    """Return what a file says; bytes that are no UTF-8 are replaced."""
    return path.read_text("utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file, parsed."""
    return ast.parse(text(path))


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return everything in a parsed file: twenty rules go through it, and to walk a tree takes ten
    times as long as to go through what was found there."""
    return tuple(ast.walk(tree))


def dotted(node: ast.expr) -> str:
    """Return a name as it is written: ``re.compile``; ``….copy`` where it is a part of something
    that has no name."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "…"


def python(*tops: str) -> Iterator[Path]:
    """Yield the Python files below these folders, or of the whole project."""
    for path in files(*(tops or CODE)):
        if path.suffix == ".py":
            yield path


def named(path: Path, line: int = 0) -> str:
    """Return how a file, or a line of it, is named in what a test says."""
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def in_source(path: Path) -> str:
    """Return a file's place in the source: ``vault/actions.py``."""
    return str(path.relative_to(SOURCE))
