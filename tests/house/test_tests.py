"""House rules for the tests themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house import not_yet, source

_RANDOM = re.compile(r"\b(secrets|random|uuid\d?|urandom|new_id|token_\w+|now)\b.*\(")
_PRIVATE = re.compile(r"(^|\.)_(?!_)\w+$")


def patched_private_names() -> Iterator[str]:
    """Yield the tests that replace a private name, which its owner may rename at any time."""
    for path in source.python("tests"):
        for node in source.nodes(source.tree(path)):
            if not isinstance(node, ast.Call):
                continue
            if not re.search(
                r"monkeypatch\.(setattr|delattr)$|\bpatch(\.object)?$", source.dotted(node.func)
            ):
                continue
            for argument in node.args[:2]:
                word = argument.value if isinstance(argument, ast.Constant) else None
                if isinstance(word, str) and _PRIVATE.search(word):
                    yield f"{source.named(path)} {word}"


def test_tests_replace_no_private_names() -> None:
    not_yet.check(
        "patched_private_names",
        patched_private_names(),
        "give what is replaced a public name, or a parameter:",
    )


def names_made_at_random() -> Iterator[str]:
    """Yield the tables of cases with a value made at random and no names of their own: each process
    of a run would collect other tests, and the run ends before it begins."""
    for path in source.python("tests"):
        tree = source.tree(path)
        made = {
            name.id
            for node in tree.body
            if isinstance(node, ast.Assign) and _RANDOM.search(ast.unparse(node.value))
            for target in node.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        for node in source.nodes(tree):
            if not isinstance(node, ast.Call) or not source.dotted(node.func).endswith(
                "parametrize"
            ):
                continue
            if any(keyword.arg == "ids" for keyword in node.keywords):
                continue
            cases = node.args[1] if len(node.args) > 1 else None
            if cases is None or isinstance(cases, ast.Name):
                continue
            # A value inside an object, or in what the test calls, is no part of the name.
            inside = {
                id(part)
                for outer in ast.walk(cases)
                if isinstance(outer, ast.Call | ast.Lambda)
                for part in ast.walk(outer)
                if part is not outer
            }
            for part in ast.walk(cases):
                if id(part) in inside:
                    continue
                random = isinstance(part, ast.Call) and _RANDOM.search(ast.unparse(part.func) + "(")
                if random or (isinstance(part, ast.Name) and part.id in made):
                    yield f"{source.named(path)} {ast.unparse(part)}"


def test_no_test_has_another_name_in_each_process() -> None:
    assert list(names_made_at_random()) == []
