"""Build the documentation as a site that can be read and searched without a network.

    make docs                                       # into .cache/docs; open index.html
    .venv/bin/python -m scripts.documentation DIR   # elsewhere

1. The pages of ``docs`` are laid out as a site has them: what a link names outside of that folder
   (a page on a byte format, a file of the code or of ``deploy``) is brought along.
2. The navigation is the list of links in ``docs/README.md``, section by section.
3. Sphinx builds it. A link that leads nowhere, or a page that is in no list, stops the build.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import aboveboard

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
INDEX: Final = DOCS / "README.md"
_NAMED: Final = re.compile(r"\[([^\]]+)\]\(([^)#\s]+\.md)\)")
_LINK: Final = re.compile(r"(?<=\]\()([^)#\s]+)(?=(?:#[^)\s]*)?\))")
_SECTION: Final = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
_AHEAD: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages beside ``docs`` that a reader of the site expects there."""


class Layout:
    """The folder that Sphinx reads: ``docs``, and what its pages lead to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._brought: dict[Path, Path] = {}

    def lay_out(self) -> None:
        """Write all pages there, and the files that they link to."""
        for page in sorted(DOCS.rglob("*.md")):
            self._write(page, self.folder / page.relative_to(DOCS))
        for name in _AHEAD:
            self._bring(ROOT / name)
        shutil.copytree(DOCS / "images", self.folder / "images")
        index = self.folder / INDEX.name
        index.write_text(f"{index.read_text('utf-8')}\n{self._navigation()}", "utf-8")

    def _write(self, page: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)

        def rewritten(link: re.Match[str]) -> str:
            if re.match(r"[a-z]+:", link[0]):
                return link[0]
            place = (page.parent / link[0]).resolve()
            if place.is_relative_to(DOCS) and page.is_relative_to(DOCS):
                return link[0]
            inside = place.is_relative_to(DOCS)
            where = self.folder / place.relative_to(DOCS) if inside else self._bring(place)
            return os.path.relpath(where, target.parent)

        target.write_text(_LINK.sub(rewritten, page.read_text("utf-8")), "utf-8")

    def _bring(self, source: Path) -> Path:
        """Return where a file from beside ``docs`` is in the site; a page's links are followed."""
        if source not in self._brought:
            kind = "pages" if source.suffix == ".md" else "files"
            target = self.folder / kind / source.relative_to(ROOT)
            self._brought[source] = target
            if source.suffix == ".md":
                self._write(source, target)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        return self._brought[source]

    def _navigation(self) -> str:
        """Return the tables of contents: a section of the index each, then what was brought."""
        parts = [
            _contents(title, [_entry(*named) for named in _NAMED.findall(body)])
            for title, body in _SECTION.findall(INDEX.read_text("utf-8"))
        ]
        brought = sorted(
            str(page.relative_to(self.folder))
            for page in self._brought.values()
            if page.suffix == ".md"
        )
        parts.append(_contents("The project", [name for name in brought if "FORMAT" not in name]))
        parts.append(_contents("Formats", [name for name in brought if "FORMAT" in name]))
        decisions = self.folder / "decisions" / "README.md"
        pages = sorted(page.name for page in decisions.parent.glob("0*.md"))
        text = decisions.read_text("utf-8")
        decisions.write_text(f"{text}\n{_contents('Decisions', pages)}", "utf-8")
        return "\n".join(parts)


def _entry(words: str, page: str) -> str:
    """Return a line of a table of contents, in the words of the index rather than of the page."""
    title = " ".join(words.split())
    return f"{title[:1].upper()}{title[1:]} <{page}>"


def _contents(title: str, pages: list[str]) -> str:
    """Return a table of contents for the side of the page."""
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


def build(out: Path) -> int:
    """Build the site into ``out``; return 0 when every link of it leads somewhere."""
    from sphinx.application import Sphinx

    with tempfile.TemporaryDirectory(prefix="site-") as scratch:
        source = Path(scratch) / "source"
        source.mkdir()
        Layout(source).lay_out()
        options = {
            "project": "Aboveboard",
            "author": "the Aboveboard contributors",
            "release": aboveboard.__version__,
            "extensions": ["myst_parser"],
            "myst_heading_anchors": 4,
            "root_doc": INDEX.stem,
            "html_theme": "furo",
            "html_title": f"Aboveboard {aboveboard.__version__}",
            "html_copy_source": False,
            "html_show_sourcelink": False,
            "html_show_copyright": False,
            # Shell sessions with an apostrophe in a remark, and formats that nobody colours.
            "suppress_warnings": ["misc.highlighting_failure"],
        }
        shutil.rmtree(out, ignore_errors=True)
        site = Sphinx(
            source,
            None,
            out,
            Path(scratch) / "trees",
            "html",
            confoverrides=options,
            status=None,
            warningiserror=True,
        )
        site.build()
        # A folder is opened by its index; the file beside it keeps what links to it working.
        shutil.copyfile(out / f"{INDEX.stem}.html", out / "index.html")
        return site.statuscode


def main() -> int:
    """Build it, and say where it is."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.documentation", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / ".cache" / "docs")
    out = parser.parse_args().out.resolve()
    status = build(out)
    if status == 0:
        print(f"The site is in {out}: open {out / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
