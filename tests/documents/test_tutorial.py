"""README and tutorial, as somebody reads them who has just fetched the project: they try the
demonstration, stop it, and start it again for the tutorial, which they follow in a browser too.

The demonstration is on SQLite, on every machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from aboveboard.commands import exits
from tests.commands.forking import Forking
from tests.commands.test_serve import answers, free_port
from tests.documents.reader import Reader
from tests.documents.screens import Screens
from tests.documents.test_guides import PAGES
from tests.house.source import ROOT


@pytest.fixture
def newcomer(tmp_path: Path, forking: Forking) -> Iterator[Reader]:
    """Somebody in the folder of the project."""
    reader = Reader(tmp_path / "project", forking, tmp_path / "project" / "demo-data")
    (reader.folder / ".venv").symlink_to(Path(sys.prefix))
    yield reader
    reader.close()


@pytest.mark.browser
def test_what_the_readme_and_the_tutorial_say_is_what_happens(
    newcomer: Reader, chromium: Browser
) -> None:
    port = free_port()
    newcomer.replace("make demo", f"{_made_by('demo')} --port {port}")
    newcomer.stays("make demo", lambda: answers(port))
    newcomer.read(PAGES["README.md"])
    newcomer.close()

    entry, page = _Proof(newcomer), PAGES["a-lost-laptop.md"]
    screens = Screens(chromium, port, newcomer.running, page, entry.keep)
    newcomer.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    newcomer.before(". .venv/bin/activate", screens.follow)
    newcomer.replace('"127.0.0.1/log+…"', lambda: entry.key)
    newcomer.replace("entry-170", lambda: f"entry-{entry.number}")
    newcomer.replace("id = 170", lambda: f"id = {entry.number}")
    newcomer.before("cp -r demo-data", newcomer.close)  # Ctrl-C
    newcomer.ends_with("aboveboard --home demo-copy", exits.ATTENTION)
    newcomer.read(page, screens=False)


class _Proof:
    """What the customer keeps in steps 4 and 8: the proof of the export, and the log's key."""

    def __init__(self, newcomer: Reader) -> None:
        self._newcomer = newcomer
        self.number, self.key = 0, ""

    def keep(self, get: Callable[[str], str]) -> None:
        """Keep the proof as a file."""
        page = get("/you/who-has-looked/")
        export = page[page.index("in a file, with a list of everyone in it") :]
        self.number = int(re.findall(r"/you/who-has-looked/(\d+)/proof/", export)[0])
        proof = get(f"/you/who-has-looked/{self.number}/proof.txt")
        (self._newcomer.folder / f"entry-{self.number}.tlog-proof").write_text(proof)
        self.key = (self._newcomer.home / "log" / "vkey").read_text().split()[0]


def _made_by(target: str) -> str:
    """Return what ``make`` runs for a target, once everything is set up."""
    done = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]
