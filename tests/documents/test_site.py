"""The documentation becomes a site: every page of it, with a search, and nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import documentation
from tests.house.source import ROOT

pytestmark = [
    pytest.mark.crash,  # from all pages to the whole site
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),  # of MyST, in Sphinx
]
DOCS = ROOT / "docs"
_FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    assert documentation.build(out) == 0, "a link leads nowhere, or a page is in no list"
    return out


def test_every_page_is_in_it_and_found_from_the_index(site: Path) -> None:
    index = (site / "index.html").read_text("utf-8")
    for page in DOCS.rglob("*.md"):
        place = page.relative_to(DOCS).with_suffix(".html")
        assert (site / place).is_file()
        if "decisions" not in place.parts and page.name != "README.md":
            assert f'href="{place.as_posix()}"' in index


def test_a_word_of_a_page_is_found(site: Path) -> None:
    words = (site / "searchindex.js").read_text("utf-8")
    assert "how-to/back-up-and-restore" in words
    assert '"shamir"' in words or '"slip"' in words


def test_it_is_read_without_a_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert _FETCHED.findall(page.read_text("utf-8")) == [], page


def test_a_page_that_links_nowhere_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = tmp_path / "docs"
    (docs / "images").mkdir(parents=True)
    (docs / "decisions").mkdir()
    (docs / "decisions" / "README.md").write_text("# Decisions\n")
    (docs / "README.md").write_text("# Documentation\n\n## Learn\n\n- [One](one.md)\n")
    (docs / "one.md").write_text("# One\n\n[Gone](gone.md)\n")
    monkeypatch.setattr(documentation, "DOCS", docs)
    monkeypatch.setattr(documentation, "INDEX", docs / "README.md")
    assert documentation.build(tmp_path / "out") != 0
