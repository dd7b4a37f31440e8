"""Runs ``aboveboard`` as people do: as a program of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def clean_environment() -> dict[str, str]:
    """Return an environment in which no instance is named."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ABOVEBOARD_", "DJANGO_"))
    }


def command(*words: object) -> list[str]:
    """Return the command line of ``aboveboard`` with these words."""
    return [sys.executable, "-m", "aboveboard.commands.main", *map(str, words)]


@pytest.fixture
def aboveboard(tmp_path: Path) -> Run:
    """Run a command to its end, with what is typed into it and what its environment has besides."""

    def run(
        *words: object, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment() | environment,
            cwd=tmp_path,
            timeout=180,
            input=typed,
        )

    return run


@pytest.fixture
def empty_database(on_postgres: bool) -> Generator[list[str]]:
    """Arguments of ``init`` for an empty database of the kind this run is on."""
    if not on_postgres:
        yield []
        return
    import psycopg

    server = urlsplit(os.environ["TEST_POSTGRES_URL"])
    name = f"aboveboard_command_{os.getpid()}"
    with psycopg.connect(os.environ["TEST_POSTGRES_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # a name of ours
        yield ["--postgres", urlunsplit(server._replace(path=f"/{name}"))]
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
