"""What the code may not do at all, so that nothing that somebody sends decides it: what the pages
about security claim of the whole of it (docs/security/asvs.md)."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import get_default_password_validators
from yaml.constructor import SafeConstructor

from aboveboard.accounts import limits
from aboveboard.accounts.signin.forms import StaffPasswordForm
from aboveboard.basics import shipped
from tests.house import source

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the program, read once, by its path."""
    return {
        path.relative_to(ROOT / "src").as_posix(): source.tree(path)
        for path in sorted((ROOT / "src").rglob("*.py"))
    }


_RUN = {"eval", "exec", "compile", "__import__"}
_LOADS = {"pickle", "marshal", "shelve", "jsonpickle", "dill"}
_YAML = {
    f"yaml.{name}{many}"
    for name in ("load", "safe_load", "full_load", "unsafe_load")
    for many in ("", "_all")
}
_PATTERN = {"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"}


@cache
def calls() -> tuple[tuple[str, ast.Call, str], ...]:
    """Return every call in the program: where, the call, and the name that is called."""
    return tuple(
        (f"{path}:{node.lineno}", node, source.dotted(node.func))
        for path, tree in modules().items()
        for node in source.nodes(tree)
        if isinstance(node, ast.Call)
    )


def imported() -> Iterator[tuple[str, str]]:
    """Yield every name that a module imports, whole."""
    for path, tree in modules().items():
        for node in source.nodes(tree):
            if isinstance(node, ast.Import):
                yield from ((path, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((path, f"{node.module}.{name.name}") for name in node.names)


def test_nothing_is_made_into_a_program_or_run_by_a_shell() -> None:
    found = [
        where
        for where, call, name in calls()
        if name in _RUN
        or name in ("os.system", "os.popen")
        or any(
            word.arg == "shell" and getattr(word.value, "value", True) is not False
            for word in call.keywords
        )
    ]
    assert not found


def test_nothing_is_loaded_that_could_be_a_program() -> None:
    """One place reads pickles, of numbers and texts alone: it makes an object of no class."""
    places = {path for path, name in imported() if name.partition(".")[0] in _LOADS}
    assert places == {"aboveboard/accounts/shared_cache.py"}
    read = {where.partition(":")[0] for where, _, name in calls() if name in _YAML}
    # The one reads what is part of the program; the other what somebody else wrote, with the parser
    # whose errors name the line (a promise is read event by event, and no object is made at all).
    assert read == {"aboveboard/basics/shipped.py", "aboveboard/intake/mapping.py"}
    assert issubclass(shipped.LOADER, SafeConstructor)


@pytest.mark.slow
def test_what_is_part_of_the_program_is_read_alike_by_both_parsers() -> None:
    files = sorted((ROOT / "src").rglob("*.yaml"))
    assert len(files) > 30
    for file in files:
        text = file.read_text("utf-8")
        assert repr(shipped.load(file)) == repr(yaml.safe_load(text)), file


def test_nothing_that_is_given_to_a_function_becomes_a_pattern() -> None:
    found = []
    for path, tree in modules().items():
        for function in source.nodes(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            given = {argument.arg for argument in function.args.args + function.args.kwonlyargs}
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                module, _, name = source.dotted(node.func).rpartition(".")
                if module == "re" and name in _PATTERN:
                    used = {
                        each.id for each in ast.walk(node.args[0]) if isinstance(each, ast.Name)
                    }
                    if used & given:
                        found.append(path)
    assert set(found) == set(MADE_OF_CODE)


MADE_OF_CODE = {
    "aboveboard/connectors/reading.py": "the form of a key, which the kind of system gives",
    "aboveboard/credentials/reuse/hashes.py": "the forms of hashes, constants beside it",
    "aboveboard/incidents/leaks/cells.py": "a separator, escaped",
    "aboveboard/incidents/leaks/records.py": "how each dialect of SQL writes a string, constants",
    "aboveboard/kinds/phones.py": "numbering plans, as the library of phone numbers has them",
    "aboveboard/kinds/text/lexicon.py": "words.yaml, which is part of the program",
    "aboveboard/promise/loading/shape.py": "the schema of the promise file, which is ours",
}
"""Where a pattern is made of what other code gives, and never of what somebody sends."""


def test_the_only_ciphers_and_keys_are_these() -> None:
    primitives = {
        name.rpartition(".")[2]
        for _, name in imported()
        if name.startswith("cryptography.hazmat.primitives")
    }
    assert primitives == {
        "AESGCM",
        "AESGCMSIV",
        # The same bytes each time: what stands for a person to another system.
        "AESSIV",
        "Ed25519PrivateKey",
        "Ed25519PublicKey",
        "HKDF",
        "HKDFExpand",
        "MLDSA44PrivateKey",
        "MLDSA44PublicKey",
        # Other people's APIs ask for RS256 of who signs in without a person (RFC 7523).
        "PKCS1v15",
        "RSAPrivateKey",
        "SHA256",
        "load_pem_private_key",
    }


def test_the_only_digest_that_protects_anything_is_sha_256() -> None:
    """MD5 is in the demonstration's made-up leak alone, as leaks have it; SHA-1 is what the lists
    of leaked passwords are by, and both are what other systems' old hashes of passwords are."""
    others = {
        where.partition(":")[0]
        for where, _, name in calls()
        if name.startswith("hashlib.") and name.count(".") == 1
        if name not in ("hashlib.sha256", "hashlib.file_digest")
    }
    assert others == {
        "aboveboard/commands/demo/story.py",
        "aboveboard/credentials/breached/breached_list.py",
        "aboveboard/credentials/reuse/hashes.py",
    }


@pytest.mark.parametrize("rule", ["S311", "S608", "S301", "S307", "S602", "S506"])
def test_what_the_linter_holds_us_to_is_on(rule: str) -> None:
    """Random numbers of the system alone; no statement put together; no pickle, ``eval``, shell or
    unsafe YAML."""
    lint = PYPROJECT["tool"]["ruff"]["lint"]
    assert any(rule.startswith(chosen) for chosen in lint["select"])
    assert not any(rule.startswith(left) for left in lint.get("ignore", []))


def test_types_are_checked_strictly_and_no_page_shows_a_fault() -> None:
    assert PYPROJECT["tool"]["mypy"]["strict"] is True
    assert settings.DEBUG is False


def test_a_password_may_be_of_anything_as_long_as_it_is_long() -> None:
    rules = {type(rule).__name__ for rule in get_default_password_validators()}
    assert rules == {"PolicyValidator"}  # what it asks: tests/credentials/test_policy.py
    box = StaffPasswordForm().fields["password"]
    assert isinstance(box.widget, forms.PasswordInput)
    assert box.widget.attrs["autocomplete"] == "current-password"
    assert not {name for name in box.widget.attrs if name.startswith("on")}
    longest = getattr(box, "max_length", None)
    assert longest is None or longest >= 128


def test_a_mailed_code_is_long_enough() -> None:
    assert limits.SIGN_IN_CODE_DIGITS >= 8
    assert limits.SIGN_IN_CODE_TRIES <= 3
