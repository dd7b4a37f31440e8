"""The pages about security name what is there: every requirement once, every path a file, every
test one that exists."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

ROOT = Path(__file__).parents[2]
SECURITY = ROOT / "docs" / "security"
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([a-z/]+) \| (.+?) \| (.*?) ?\|$", re.M)
_PATH = re.compile(
    r"`((?:src|tests|docs|bench|scripts|requirements)/[^`\s]+|pyproject\.toml|SECURITY\.md)`"
)
ROWS = _ROW.findall((SECURITY / "asvs.md").read_text("utf-8"))


def test_every_requirement_of_levels_1_and_2_has_one_row() -> None:
    wanted = (Path(__file__).parent / "asvs-5.0.0-level-2.txt").read_text("utf-8").split()
    assert [number for number, *_ in ROWS] == wanted


def test_a_row_says_how_far_and_what_shows_it() -> None:
    for number, state, _, shown in ROWS:
        assert state in ("met", "partly", "gap", "operator", "n/a"), number
        assert state in ("gap", "n/a") or _PATH.search(shown), (
            f"{number} is {state} and names nothing that shows it"
        )


def test_what_is_claimed_names_its_test_or_where_it_is_written_down() -> None:
    """The sections N.1 ask that something is documented; all others that it is so."""
    for number, state, _, shown in ROWS:
        if state in ("met", "partly"):
            is_shown = "`tests/" in shown or (number.split(".")[1] == "1" and "`" in shown)
            assert is_shown, f"{number} is {state} and names no test"


def test_the_count_at_the_top_is_the_count_of_the_rows() -> None:
    count = Counter(state for _, state, *_ in ROWS)
    said = (
        f"Of {len(ROWS)}: {count['met']} met, {count['partly']} partly, {count['gap']} not met, "
        f"{count['operator']} yours to do, {count['n/a']} without an object here."
    )
    assert said in (SECURITY / "asvs.md").read_text("utf-8")


@pytest.mark.parametrize(
    "page", [*sorted(SECURITY.glob("*.md")), ROOT / "SECURITY.md"], ids=lambda page: page.name
)
def test_every_path_is_there_and_every_test_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert _PATH.search(text), "it names nothing"
    for path in _PATH.findall(text):
        file, _, name = path.partition("::")
        assert (ROOT / file).exists(), path
        assert not name or f"def {name}(" in (ROOT / file).read_text("utf-8"), path


@pytest.mark.django_db
def test_no_view_takes_trace() -> None:
    addresses = ["/", "/you/", "/console/", "/accounts/login/", "/api/v1/uses", "/healthz"]
    assert get_resolver().url_patterns, "there are views"
    taken = [
        address for address in addresses if Client().generic("TRACE", address).status_code == 200
    ]
    assert not taken
