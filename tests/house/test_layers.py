"""What each layer may do: one door to the vault, faces that change nothing."""

from __future__ import annotations

import ast
import re

from tests import lanes
from tests.house import source
from tests.house.source import SOURCE

PAGES = ("portal", "console", "centre")
FACES = (*PAGES, "api")


def trees() -> list[tuple[str, ast.Module]]:
    return [(source.in_source(path), source.tree(path)) for path in source.python("src")]


def test_only_access_makes_a_grant() -> None:
    """A grant takes the mint, which can be claimed once in a process: by ``access`` alone."""
    claims = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in source.nodes(tree)
        if (isinstance(node, ast.ImportFrom) and "claim_mint" in {each.name for each in node.names})
        or (isinstance(node, ast.Attribute) and node.attr == "claim_mint")
    ]
    assert claims, "nobody can open anything"
    assert {claim.split("/")[0] for claim in claims} == {"access"}, (
        f"no plaintext without a decision (design, invariants 1 and 2): {claims}"
    )


def test_faces_change_nothing_except_through_actions() -> None:
    writers = {"save", "create", "bulk_create", "update_or_create", "get_or_create", "bulk_update"}
    found = []
    for name, tree in trees():
        if not name.startswith(tuple(f"{face}/" for face in FACES)):
            continue
        for node in source.nodes(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writers
            ):
                owner = ast.unparse(node.func.value)
                if "objects" in owner or node.func.attr != "create":
                    found.append(f"{name}:{node.lineno} {source.dotted(node.func)}")
    found = [line for line in found if "session" not in line]
    assert not found, "\n".join(found)


def test_pages_ask_the_database_nothing_themselves() -> None:
    """So that they need not be tested on each database (``tests/lanes.py``)."""
    found = []
    for name, tree in trees():
        if not name.startswith(tuple(f"{face}/" for face in PAGES)):
            continue
        for node in source.nodes(tree):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [f"{node.module}.{each.name}" for each in node.names]
            if any(re.search(r"^django\.db\b|\.models\b", module) for module in modules) or (
                isinstance(node, ast.Attribute) and node.attr in ("objects", "cursor")
            ):
                found.append(f"{name}:{node.lineno} {ast.unparse(node)}")
    assert not found, "\n".join(found)
    tested = {folder.removeprefix("tests/").removesuffix("/") for folder in lanes.PAGES}
    assert tested == set(PAGES), "what is left out on PostgreSQL is what was looked at here"


def test_every_package_says_what_it_promises() -> None:
    silent = [
        str(folder.name)
        for folder in SOURCE.iterdir()
        if (folder / "__init__.py").exists()
        and len(ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or "")
        < 60
    ]
    assert not silent, silent


def test_a_copy_speaks_of_its_failures_as_every_statement_does() -> None:
    """Django does not wrap what psycopg's COPY raises: a server that went away would look
    like a fault of ours. So whoever copies does it inside ``with ….wrap_database_errors``."""
    bare = []
    for path in source.python("src"):
        name, tree = source.in_source(path), source.tree(path)
        for function in source.nodes(tree) if ".copy(" in source.text(path) else ():
            if not isinstance(function, ast.FunctionDef):
                continue
            inner = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.With)]
            copies = re.search(r"cursor\.copy\(", ast.unparse(function))
            if copies and not any("wrap_database_errors" in block for block in inner):
                bare.append(f"{name}:{function.lineno} {function.name}")
    assert not bare, bare
