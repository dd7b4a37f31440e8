"""House rules for the tests themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house import not_yet, source

_PRIVATE = re.compile(r"(^|\.)_(?!_)\w+$")


def patched_private_names() -> Iterator[str]:
    """Yield the tests that replace a private name, which its owner may rename at any time."""
    for path in source.python("tests"):
        for node in ast.walk(source.tree(path)):
            if not isinstance(node, ast.Call):
                continue
            if not re.search(
                r"monkeypatch\.(setattr|delattr)$|\bpatch(\.object)?$", ast.unparse(node.func)
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
