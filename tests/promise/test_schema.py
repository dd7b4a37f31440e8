"""The schema for editors says what the reader says, and the reference says both."""

import copy
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from aboveboard.law import bases, categories, transfers
from aboveboard.promise.loading import lines, shape
from aboveboard.promise.loading.problems import ProblemReport
from aboveboard.promise.loading.schema import json_schema, resolve_ref
from tests.promise import (
    RETAILER,
    SMALL,
    WEBSITE,
    edited,
    problems,
    test_lawfulness,
    test_refusals,
    test_website,
)
from tests.promise.test_safety import HOSTILE, paths, put

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "promise-file.md"
TREE = yaml.safe_load(SMALL + WEBSITE)


def _items(tree: Any) -> lines.Item:
    """Return a tree as the reader would have read it."""
    if isinstance(tree, dict):
        marks = {key: lines.FilePosition(1, 1) for key in tree}
        return lines.Table(1, 1, {key: _items(inner) for key, inner in tree.items()}, marks)
    if isinstance(tree, list):
        return lines.Series(1, 1, [_items(inner) for inner in tree])
    return lines.Scalar(
        1, 1, str(tree).lower() if isinstance(tree, bool) else str(tree), not isinstance(tree, str)
    )


def _reader_accepts(tree: Any) -> bool:
    report = ProblemReport("x")
    root = _items(tree)
    assert isinstance(root, lines.Table)
    shape.check(root, report)
    return not report.collected


def _validator() -> Any:
    return jsonschema_rs.validator_for(dict(json_schema()))


def test_the_schema_is_a_schema_and_the_sample_fits() -> None:
    jsonschema_rs.meta.validate(dict(json_schema()))
    for tree in (TREE, yaml.safe_load(RETAILER)):
        assert _validator().is_valid(tree)
        assert _reader_accepts(tree)


SPOILERS: list[Any] = [
    "no such word",
    "",
    7,
    True,
    [],
    {},
    ["email", "email"],
    {"fr": "sans anglais"},
    {"en": "fine", "Deutsch": "nicht"},
]


def test_reader_and_schema_agree_wherever_a_promise_is_spoilt() -> None:
    """Put each wrong thing in each place of a promise: both accept, or both refuse.

    A reader of words takes ``7`` and ``true`` for words where a word belongs; a JSON Schema cannot,
    so those two are only compared where the schema asks for a number or a flag.
    """
    validator = _validator()
    compared = 0
    for path in paths(TREE):
        for spoiler in SPOILERS:
            tree = copy.deepcopy(TREE)
            put(tree, path, spoiler)
            if isinstance(spoiler, int) and not _asks_for_number_or_flag(path):
                continue
            assert _reader_accepts(tree) == validator.is_valid(tree), (path, spoiler)
            compared += 1
    assert compared > 300


def _asks_for_number_or_flag(path: tuple[Any, ...]) -> bool:
    return path[-1] in ("promise", "at_least", "sensitive")


@pytest.mark.parametrize(
    "place",
    [
        (),
        ("organisation",),
        ("fields", "email"),
        ("purposes", "news"),
        ("recipients", "mailer"),
        ("losses", "tell"),
    ],
)
def test_reader_and_schema_agree_on_every_missing_and_extra_key(place: tuple[str, ...]) -> None:
    validator = _validator()
    inside = TREE
    for step in place:
        inside = inside[step]
    for key in [*inside, None]:
        tree = copy.deepcopy(TREE)
        table = tree
        for step in place:
            table = table[step]
        if key is None:
            table["extra"] = "x"
        else:
            del table[key]
        assert _reader_accepts(tree) == validator.is_valid(tree), (place, key)


def _keys() -> set[str]:
    """Return every key of a promise file that the schema knows."""
    return {
        key for target in json_schema()["$defs"].values() for key in target.get("properties", {})
    }


def test_every_key_has_a_description() -> None:
    for name, target in json_schema()["$defs"].items():
        for key, part in target.get("properties", {}).items():
            assert resolve_ref(part).get("description"), f"{name}.{key}"


def test_the_reference_names_every_key_category_and_choice() -> None:
    text = REFERENCE.read_text("utf-8")
    listed = set(re.findall(r"`([^`\n]+)`", text))
    words = (
        _keys()
        | set(categories.all_categories())
        | set(bases.special_conditions())
        | set(transfers.grounds())
    )
    for target in json_schema()["$defs"].values():
        for part in target.get("properties", {}).values():
            words |= {str(choice) for choice in part.get("enum", ())}
    assert words - listed == set()


@pytest.mark.slow
def test_the_reference_names_every_code() -> None:
    """Every code that a story or a hostile file brings out is in the reference, and the
    reference lists no other."""
    text = REFERENCE.read_text("utf-8")
    table = text[text.index("## What is refused") : text.index("All problems are reported at once")]
    listed = set(re.findall(r"`([a-z0-9_]+)`", table))
    refused_codes = {
        problem.code
        for stories in (test_refusals.STORIES, test_lawfulness.STORIES, test_website.STORIES)
        for changes, *_ in stories.values()
        for problem in problems(edited(*changes))
    }
    refused_codes |= {
        problem.code for source, _ in HOSTILE.values() for problem in problems(source)
    }
    assert refused_codes == listed
