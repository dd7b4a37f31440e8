"""A throw-away instance to measure on: SQLite in a fresh folder, or a real
PostgreSQL with fsync on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import postgres

ROOT = Path(__file__).parents[1]
PROMISE = ROOT / "src" / "aboveboard" / "promise" / "samples" / "retailer.yaml"


@contextmanager
def instance(database: str) -> Iterator[dict[str, str]]:
    """Yield the environment of a fresh instance on ``sqlite`` or ``postgres`` with the
    sample promise in force."""
    home = Path(tempfile.mkdtemp(prefix="aboveboard-bench-"))
    server = (
        postgres.start(("max_connections=100", "shared_buffers=128MB"))
        if database == "postgres"
        else None
    )
    environment = {
        **os.environ,
        "ABOVEBOARD_HOME": str(home / "instance"),
        "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
    }
    if server:
        environment["ABOVEBOARD_DATABASE_URL"] = server.url
    try:
        aboveboard(environment, "init", environment["ABOVEBOARD_HOME"], "--name", "Bench")
        aboveboard(environment, "promise", "adopt", str(PROMISE))
        yield environment
    finally:
        if server:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def aboveboard(environment: dict[str, str], *words: str) -> str:
    """Run one ``aboveboard`` command and return what it printed."""
    command = [sys.executable, "-m", "aboveboard.commands.main", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"aboveboard {words[0]} failed: {done.stderr.strip()}")
    return done.stdout


def python(environment: dict[str, str], module: str, *words: str) -> str:
    """Run a bench's inner program in a process of its own, with Django set up by it, and
    return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout
