"""A Chromium for the browser tests.

``python scripts/browsers.py`` makes sure that there is one: it looks for the machine's, installs it
with apt-get where it runs as root, else fetches Playwright's own, else fails and says so. Best is
the one without a window (``chromium-headless-shell``): it draws the same pages with the same engine
in two thirds of the time, as there is no window, tab or toolbar to draw around them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
_PACKAGES = ("chromium-headless-shell", "chromium")
"""Of Debian; the second where the first is not packaged."""
_PLAYWRIGHT = Path(
    os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright")
)
_OF_PLAYWRIGHT = (
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-linux*/chrome",
)


def find() -> str | None:
    """Return the path of a Chromium: ``TEST_CHROMIUM``, the machine's, or Playwright's own;
    None if there is none."""
    if named := os.environ.get("TEST_CHROMIUM"):
        return named
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    for place in _OF_PLAYWRIGHT:
        if own := sorted(_PLAYWRIGHT.glob(place)):
            return str(own[-1])
    return None


def ensure() -> str:
    """Return the path of a Chromium, installing one if need be."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is not here: installing it with apt-get (a few minutes).", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        for package in _PACKAGES:
            install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
            if subprocess.run(install, check=False, env=quiet).returncode == 0:
                break
        found = find()
    if found is None:
        print("Chromium is not here: fetching Playwright's own.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        found = find()
    if found is None:
        raise SystemExit(
            "The browser tests need Chromium, and none could be installed.\n"
            "Install it (Debian: sudo apt-get install chromium), or name one: "
            "TEST_CHROMIUM=/path/to/chromium make test"
        )
    return found


if __name__ == "__main__":
    sys.stdout.write(f"Chromium: {ensure()}\n")
