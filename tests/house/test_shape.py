"""The house rules about shape, read from the files themselves (``docs/conventions.md`` says why
each is there)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import not_yet, source
from tests.house.source import CODE, ROOT, SOURCE, files, named

LONGEST_FILE, LONGEST_FUNCTION, SHORTEST_FILE = 400, 60, 25
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".sql",
    ".txt",
    ".in",
    ".cfg",
    ".svg",
    ".po",
    "",
}
THIS = Path(__file__)
OF_ANY_LENGTH = {
    "__init__",
    "__main__",
    "apps",
    "deciding",
    "entries",
    "limits",
    "urls",
    "wsgi",
    "models",
    "client",
}
"""What a module is called that may be short, since a reader looks for it under this name."""


def python() -> Iterator[tuple[Path, str]]:
    for path in source.python():
        yield path, source.text(path)


def texts() -> Iterator[tuple[Path, str]]:
    loose = [
        path
        for path in ROOT.iterdir()
        if path.is_file() and path.suffix in TEXT and not path.name.startswith(".git")
    ]
    for path in [*files(*CODE, "docs", ".ci", "requirements"), *loose]:
        if path.suffix in TEXT and path != THIS:
            yield path, source.text(path)


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = [
        f"{named(path)}: {lines}"
        for path, text in python()
        if (lines := text.count("\n")) > LONGEST_FILE
    ]
    assert not long, f"longer than {LONGEST_FILE} lines:\n" + "\n".join(long)


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in source.python():
        for node in source.nodes(source.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{named(path, node.lineno)} {node.name}: {length}")
    assert not long, f"longer than {LONGEST_FUNCTION} lines:\n" + "\n".join(long)


def short_files() -> Iterator[str]:
    """Yield the modules that are too short to stand alone."""
    for path in source.python("src"):
        if path.stem not in OF_ANY_LENGTH and source.text(path).count("\n") < SHORTEST_FILE:
            yield source.in_source(path)


def test_no_file_is_a_crumb() -> None:
    not_yet.check("short_files", short_files(), "merge it into the module that it serves:")


def third_level_folders() -> Iterator[str]:
    """Yield the folders of modules below a folder of a package."""
    for path in source.python("src"):
        if len(path.relative_to(SOURCE).parts) > 3:
            yield str(path.parent.relative_to(SOURCE))


def test_no_folder_is_below_the_second_level() -> None:
    not_yet.check("third_level_folders", third_level_folders(), "no third level of folders:")


def test_modules_are_named_by_ideas() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    found = [named(path) for path, _ in python() if path.stem in vague]
    assert not found, found


def _lines_with(pattern: str, *, only: str = ".py") -> list[str]:
    rule = re.compile(pattern)
    return [
        f"{named(path, number)}: {line.strip()[:100]}"
        for path, text in texts()
        if not only or path.suffix == only
        for number, line in enumerate(text.splitlines(), 1)
        if rule.search(line)
    ]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a silenced lint rule that is not named", r"#\s*noqa(?!:\s*[A-Z]+[0-9])"),
        ("a silenced type error that is not named", r"#\s*type:\s*ignore(?!\[)"),
        ("work left for later", r"\b(TODO|FIXME|XXX|HACK)\b"),
        ("code hidden from coverage", r"pragma:\s*no\s*cover"),
    ],
)
def test_nothing_is_silenced_without_saying_what(what: str, pattern: str) -> None:
    found = _lines_with(pattern)
    assert not found, f"{what}:\n" + "\n".join(found)


def test_no_exception_is_swallowed() -> None:
    found = []
    for path in source.python():
        for node in source.nodes(source.tree(path)):
            if (
                isinstance(node, ast.ExceptHandler)
                and len(node.body) == 1
                and isinstance(node.body[0], ast.Pass)
            ):
                found.append(named(path, node.lineno))
    assert not found, "use contextlib.suppress with the reason beside it:\n" + "\n".join(found)


def test_no_test_is_left_out_without_a_reason() -> None:
    skips = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)$")
    bare = []
    for path in source.python("tests"):
        for node in source.nodes(source.tree(path)):
            if isinstance(node, ast.Call) and skips.search(source.dotted(node.func)):
                reasons = [word.value for word in node.keywords if word.arg == "reason"]
                if not reasons or len(ast.unparse(reasons[0])) < 12:
                    bare.append(named(path, node.lineno))
    assert not bare, "say why, with reason=...:\n" + "\n".join(bare)


def test_no_address_of_a_package_registry_is_in_the_project() -> None:
    places = (
        r"[p]ypi[.]org|[p]ythonhosted|[r]egistry[.]npmjs|--(extra-)?index-url|--find-links|"
        r"[u]npkg[.]com|[j]sdelivr|\"resolved\":"
    )
    found = [
        line for line in _lines_with(places, only="") if not line.startswith("scripts/lock.py")
    ]
    assert not found, "\n".join(found)


def test_no_path_of_somebodys_machine_is_in_the_project() -> None:
    found = _lines_with(r"""(^|[\s"'(=:])/(work|root|home/\w+|tmp/\w+|Users/\w+)/""", only="")
    assert not found, "\n".join(found)


def test_pages_have_no_script_or_style_of_their_own() -> None:
    # The content policy would stop them; mail is read elsewhere, under other rules.
    rule = re.compile(
        r"<style|\sstyle=|<script(?![^>]*(\ssrc=|application/json|text/plain))|\son[a-z]+=[\"']|javascript:",
        re.I,
    )
    found = [
        f"{named(path, text.count(chr(10), 0, match.start()) + 1)}: {match[0]}"
        for path, text in texts()
        if path.suffix == ".html" and "mail" not in path.parts
        for match in rule.finditer(text)  # a tag may stand on several lines
    ]
    assert not found, "\n".join(found)


def test_every_limit_says_its_unit_and_its_source() -> None:
    bare = []
    for path in source.python("src"):
        if path.stem != "limits":
            continue
        body = source.tree(path).body
        for node, after in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and not (
                isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                bare.append(f"{source.in_source(path)}: {ast.unparse(node.target)}")
    assert not bare, bare
