"""A public function says which errors of ours it raises, and names none that there is not: whoever
calls it must know without reading its body."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache

from tests.house import source

ANSWERING = ("commands/", "console/", "portal/", "centre/", "api/", "site/")
"""Views and commands: what they raise is shown to whoever asked, in one place for all."""
OF_OTHERS = {
    "DatabaseError",
    "Http404",
    "InterfaceError",
    "InvalidClientError",
    "InvalidOperation",
    "OperationalError",
    "RequestDataTooBig",
    "paramiko.SSHException",
    "sqlalchemy.exc.SQLAlchemyError",
    "yaml.YAMLError",
}
"""Errors of Django and other libraries, which a docstring may name and a class of ours extend."""
_NAMED = re.compile(r"(?:[A-Z]\w+|[a-z]+\.[A-Za-z.]+)(?:, (?:[A-Z]\w+|[a-z]+\.[A-Za-z.]+))*(?=:)")


@cache
def error_classes() -> frozenset[str]:
    """Return the names of every exception class of ours."""
    bases: dict[str, list[str]] = {}
    for path in source.python("src"):
        for node in source.nodes(source.tree(path)):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = [ast.unparse(base).split(".")[-1] for base in node.bases]

    def is_error(name: str) -> bool:
        known = getattr(builtins, name, None)
        if isinstance(known, type):
            return issubclass(known, BaseException)
        above = (base for base in bases.get(name, ()) if base != name)
        return name in OF_OTHERS or any(map(is_error, above))

    return frozenset(filter(is_error, bases))


def raised_by(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the errors of ours that a function's own statements raise."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            names.add(ast.unparse(error).split(".")[-1])
        waiting.extend(ast.iter_child_nodes(node))
    return names & error_classes()


def public_functions(
    body: list[ast.stmt], above: str = ""
) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Yield each public function, and the docstring of the class that it is in."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node, above
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, ast.get_docstring(node) or "")


def unstated(tree: ast.Module) -> Iterator[str]:
    """Yield each public function that raises an error of ours which no docstring of it names."""
    for function, above in public_functions(tree.body):
        stated = f"{above} {ast.get_docstring(function) or ''}"
        if " as :" in stated or "Errors: :" in stated or "See :" in stated:
            continue  # another function names them
        for error in sorted(raised_by(function)):
            if not re.search(rf"\b{error}\b", stated):
                yield f"{function.name} {error}"


def unknown(tree: ast.Module) -> Iterator[str]:
    """Yield each name in a ``Raises`` section that is no error at all."""
    for node in source.nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _, _, section = (ast.get_docstring(node) or "").partition("Raises:\n")
            for line in section.split("\n\n")[0].splitlines():
                if line.startswith("    ") and not line.startswith("     "):
                    named = _NAMED.match(line.strip())
                    for name in named[0].split(", ") if named else ():
                        ours = name in error_classes() or name.startswith("django.")
                        if not ours and name not in OF_OTHERS and not hasattr(builtins, name):
                            yield f"{node.name} {name}"


def test_a_public_function_says_what_it_raises() -> None:
    breaking = [
        f"{source.in_source(path)} {row}"
        for path in source.python("src")
        if not source.in_source(path).startswith(ANSWERING)
        for row in unstated(source.tree(path))
    ]
    assert breaking == [], "add it to the docstring's Raises section"


def test_what_is_said_to_be_raised_is_an_error() -> None:
    breaking = [
        f"{source.in_source(path)} {row}"
        for path in source.python("src")
        for row in unknown(source.tree(path))
    ]
    assert breaking == [], "no such error: was it renamed?"


def test_a_silent_function_is_found() -> None:
    silent = 'def act():\n    """Act."""\n    if True:\n        raise NotFound(what="row")\n'
    assert list(unstated(ast.parse(silent))) == ["act NotFound"]
    stale = 'def act():\n    """Act.\n\n    Raises:\n        BadInput: it is bad.\n    """\n'
    assert list(unknown(ast.parse(stale))) == ["act BadInput"]
