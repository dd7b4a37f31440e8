"""Somebody installs the wheel on a machine without this checkout and without Node, and the pages
have their style."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "CHANGELOG.md")
WITHIN = 60
"""Seconds until the demonstration must answer, on a machine that does other things too."""
# A whole life, from the wheel in an environment of its own to the page in front of somebody.
pytestmark = [pytest.mark.slow, pytest.mark.crash]


def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ABOVEBOARD_")
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*map(str, words)], capture_output=True, text=True, check=False, env=environment, **options
    )


def install(python: Path, *what: object) -> None:
    """Install with pip, which is set up for the machine's registry wherever the set-up ran."""
    locked = (ROOT / "requirements" / "base.txt").read_text("utf-8")
    versions = python.parent / "versions.txt"
    # Without their hashes, which would be asked of the wheel just built as well.
    versions.write_text("\n".join(re.findall(r"^[A-Za-z0-9._-]+==[^\s\\;]+", locked, re.M)) + "\n")
    # Not compiled: what is used of it is, when it is first used, and that is a tenth.
    words = ("-m", "pip", "--python", python, "install", "--no-compile", "--constraint", versions)
    done = run(sys.executable, *words, *what)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, so that the checkout is not built in."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "src", folder / "src")
    build = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".")
    done = run(sys.executable, *build, cwd=folder)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "dist").glob("*.whl")
    return made


def get(address: str) -> tuple[str, str]:
    """Return the kind of what is there, and its text."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def get_when_ready(address: str, server: subprocess.Popen[str]) -> str:
    for _ in range(WITHIN * 5):
        assert server.poll() is None, server.communicate()
        try:
            return get(address)[1]
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"no answer within {WITHIN} seconds")


def test_an_installed_wheel_serves_pages_with_their_style(wheel: Path, tmp_path: Path) -> None:
    made = run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    assert made.returncode == 0, made.stderr
    python = tmp_path / "venv" / "bin" / "python"
    program = python.with_name("aboveboard")

    install(python, wheel)
    refused = run(program, "demo", "--no-serve", cwd=tmp_path)
    assert refused.returncode != 0
    assert "pip install 'aboveboard[demo]'" in refused.stderr
    assert not (tmp_path / "demo-data").exists()

    install(python, f"{wheel}[demo]")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "demo", "--people", "30", "--port", str(port)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        site = f"http://127.0.0.1:{port}"
        page = get_when_ready(f"{site}/trust/", server)
        sheets = re.findall(r'<link[^>]*href="([^"]+\.css[^"]*)"[^>]*rel="stylesheet"', page)
        sheets += re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+\.css[^"]*)"', page)
        assert any("govuk-frontend" in sheet for sheet in sheets), page
        for sheet in sheets:
            kind, style = get(site + sheet)
            assert kind.startswith("text/css")
            assert len(style) > 1000
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_a_wheel_is_not_built_without_the_page_assets(tmp_path: Path) -> None:
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, tmp_path)
    bare = shutil.ignore_patterns("vendor", "locale", "migrations")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=bare)
    build = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".")
    done = run(sys.executable, *build, cwd=tmp_path)
    assert done.returncode != 0
    assert "make wheel" in done.stdout + done.stderr
