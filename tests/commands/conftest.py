"""Runs ``aboveboard`` as people do: as a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.commands.forking import Forking

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


@pytest.fixture(scope="session")
def forking() -> Generator[Forking]:
    """What starts the commands."""
    started = Forking()
    yield started
    started.close()


@pytest.fixture
def aboveboard(forking: Forking, tmp_path: Path) -> Run:
    """Run a command to its end, with what is typed into it and what its environment has besides."""

    def run(
        *words: object, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return forking.run(
            [str(word) for word in words],
            environment=clean_environment() | environment,
            folder=tmp_path,
            typed=typed,
            timeout=180,
        )

    return run


@pytest.fixture(scope="session")
def new_instance(
    forking: Forking, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Path]:
    """Make an instance on SQLite, as ``init`` makes it without arguments: a copy of one that is
    made once. Its keys are those of every other copy."""
    folder = tmp_path_factory.mktemp("made")
    done = forking.run(
        ["init", "home"], environment=clean_environment(), folder=folder, typed="", timeout=180
    )
    assert done.returncode == 0, done.stderr

    def make(home: Path) -> Path:
        return Path(shutil.copytree(folder / "home", home))

    return make


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
