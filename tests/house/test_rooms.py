"""The rooms: which way imports point, and that there is one door to the vault."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "aboveboard"
FACES = ("portal", "console", "centre", "api")


def trees() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(SOURCE)), ast.parse(path.read_text("utf-8")))
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_imports_point_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=SOURCE.parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_access_makes_a_grant() -> None:
    makers = []
    for name, tree in trees():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            word = (
                called.id
                if isinstance(called, ast.Name)
                else called.attr
                if isinstance(called, ast.Attribute)
                else ""
            )
            if word == "Grant" and not name.startswith("access/"):
                makers.append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    assert not makers, (
        "no plaintext without a decision (design, invariants 1 and 2):\n" + "\n".join(makers)
    )


def test_faces_change_nothing_except_through_actions() -> None:
    writers = {"save", "create", "bulk_create", "update_or_create", "get_or_create", "bulk_update"}
    found = []
    for name, tree in trees():
        if not name.startswith(tuple(f"{face}/" for face in FACES)):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writers
            ):
                owner = ast.unparse(node.func.value)
                if "objects" in owner or node.func.attr != "create":
                    found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    found = [line for line in found if "session" not in line]
    assert not found, "\n".join(found)


def test_every_room_says_what_it_promises() -> None:
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
    like a fault of ours."""
    bare = []
    for name, tree in trees():
        source = (SOURCE / name).read_text("utf-8")
        copies = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("cursor.copy")
        ]
        if copies and source.count("wrap_database_errors") < len(copies):
            bare.append(f"{name}:{copies}")
    assert not bare, bare
