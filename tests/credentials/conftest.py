"""An instance with a list of leaked passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import settings
from aboveboard.credentials.breached import building

LEAKED = {"password": 10_434_004, "letmein": 3, "blaue pferde tanzen laut": 1, "été": 2}

Configure = Callable[..., None]


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def text_of(passwords: dict[str, int]) -> str:
    return "\n".join(sorted(f"{sha1(each)}:{count}" for each, count in passwords.items())) + "\n"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list with the passwords of LEAKED."""
    folder = tmp_path_factory.mktemp("list")
    source = folder / "ordered.txt"
    source.write_text(text_of(LEAKED))
    building.build(source, folder / "built")
    return folder / "built"


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Give the section ``[passwords]`` other values."""

    def change(**values: Any) -> None:
        current = settings.current()
        changed = replace(current, passwords=replace(current.passwords, **values))
        monkeypatch.setattr(settings, "current", lambda: changed)

    return change


@pytest.fixture
def with_list(built: Path, configure: Configure) -> Path:
    """Have this instance use that list."""
    configure(breached_list=str(built))
    return built
