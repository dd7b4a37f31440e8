"""Each decision says its number, whether it still holds and from when, and the index has them in
order."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.house.source import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("0*.md"))
_HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"\*\*Status:\*\* (?P<status>accepted|superseded by \[\d+\]\(\d{4}-[a-z0-9-]+\.md\))\. "
    r"\*\*Date:\*\* (?P<date>\d+ [A-Z][a-z]+ \d{4})\.\n"
)


def head(page: Path) -> dict[str, str]:
    found = _HEAD.match(page.read_text("utf-8"))
    assert found, f"{page.name} does not begin with its number, title, status and date"
    return found.groupdict()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_decision_says_whether_it_holds_and_from_when(page: Path) -> None:
    said = head(page)
    assert int(said["number"]) == int(page.name[:4])
    assert datetime.strptime(said["date"], "%d %B %Y")  # noqa: DTZ007 a day, nowhere in particular


def test_the_numbers_have_no_gap() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_the_index_has_every_decision_in_order() -> None:
    rows = [
        f"| {said['number']} | [{said['title']}]({page.name}) | {said['date']} |"
        for page in PAGES
        if (said := head(page))
    ]
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [line for line in index.splitlines() if re.match(r"\| \d", line)] == rows
