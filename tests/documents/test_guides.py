"""Each guide, read to its end by somebody who types what it says."""

from __future__ import annotations

import pytest

from tests.documents.blocks import SHELL, blocks, commands
from tests.documents.guides import GUIDES
from tests.documents.instance import Instance
from tests.documents.left_out import LEFT_OUT
from tests.documents.reader import Reader
from tests.house.source import ROOT

HOW_TO = ROOT / "docs" / "how-to"
PAGES = {
    page.name: page
    for page in [ROOT / "README.md", *(ROOT / "docs/tutorial").glob("*.md"), *HOW_TO.glob("*.md")]
}


ABOUT_THE_DATABASE = (
    "install-on-a-server.md",
    "operate.md",
    "back-up-and-restore.md",
)
"""Guides in which the database is set up, served, dumped or put back: it matters which it is."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.database if name in ABOUT_THE_DATABASE else ())
        for name in GUIDES
    ],
)
def test_what_a_guide_says_is_what_happens(name: str, reader: Reader, instance: Instance) -> None:
    GUIDES[name](reader, instance)
    reader.read(PAGES[name])


def test_what_is_left_out_is_still_on_its_page() -> None:
    gone = []
    for name, entries in LEFT_OUT.items():
        found = set[str]()
        for block in blocks(PAGES[name]):
            whole = commands(block) if block.language == SHELL else [block.text]
            found.update(text.splitlines()[0].strip() for text in whole)
        gone += [f"{name}: {entry}" for entry in entries if entry not in found]
    assert not gone, gone
