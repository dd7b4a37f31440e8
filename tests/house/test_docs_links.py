"""Every link and picture inside the project's pages leads somewhere, and every page can be
found from the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "src").rglob("FORMAT.md")]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


def _links(page: Path) -> list[str]:
    return [
        link
        for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8")))
        if "://" not in link and not link.startswith("mailto:")
    ]


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if (
            not target.exists()
            or not target.is_relative_to(ROOT)
            or (anchor and anchor not in _anchors(target))
        ):
            broken.append(link)
    assert not broken


def test_every_page_can_be_found_from_the_index() -> None:
    found, waiting = set[Path](), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        targets = [(page.parent / link.partition("#")[0]).resolve() for link in _links(page)]
        waiting += [target for target in targets if target.suffix == ".md" and target.exists()]
    lost = [
        str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md") if page.resolve() not in found
    ]
    assert not lost
