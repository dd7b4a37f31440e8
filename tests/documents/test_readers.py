"""Every page with something to type has a reader."""

from __future__ import annotations

from tests.documents.blocks import QUOTE, SHELL, Block, blocks
from tests.documents.guides import GUIDES
from tests.house.source import ROOT

READ = {"README.md", "a-lost-laptop.md", *GUIDES}
"""The first two are read in ``test_tutorial``."""


def test_every_page_with_something_to_type_has_a_reader() -> None:
    """The reference is written from the code, whose examples stand in it."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    unread = [
        page.relative_to(ROOT).as_posix()
        for page in pages
        if page.name not in READ
        and page.parent.name != "reference"
        and any(map(is_typed, blocks(page)))
    ]
    assert not unread, f"{unread}: give each a reader in GUIDES"


def is_typed(block: Block) -> bool:
    """Whether a block is to be typed, or says what is then seen."""
    ours = any(line.startswith("aboveboard ") for line in block.text.splitlines())
    return block.language in (SHELL, QUOTE) or block.after_commands or ours
