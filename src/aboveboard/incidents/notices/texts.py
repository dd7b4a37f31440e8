"""The words of notices: YAML files for each language, loaded once and known by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "texts"

LANGUAGES = ("en", "fr", "de")
"""The languages that notices are written in; anyone else is written to in the first."""


def language_of(asked: str) -> str:
    """Return the language of ours that is nearest to one that was asked for ("fr-CA" is "fr")."""
    return asked.split("-")[0] if asked.split("-")[0] in LANGUAGES else LANGUAGES[0]


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the words of a notice in one of :data:`LANGUAGES`."""
    return _read(f"{language}/notice.yaml")


@cache
def advice(language: str) -> Mapping[str, Any]:
    """Return, for each key of :func:`rules`, what may follow and what to do."""
    return _read(f"{language}/advice.yaml")


@cache
def rules() -> Mapping[str, Any]:
    """Return which advice is given for what was exposed."""
    return _read("advice.yaml")


@cache
def layouts() -> Mapping[str, Any]:
    """Return which form a notice takes where."""
    return _read("layouts.yaml")


def nearest(table: Mapping[str, Any], place: str) -> Any:
    """Return the row of the nearest place: "US-MA", then "US", then ""; None when there is none."""
    for key in (place, place.split("-")[0], ""):
        if key in table:
            return table[key]
    return None


@cache
def digest() -> str:
    """Return the SHA-256, hex, of all the files: approving a batch approves these bytes."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.yaml")):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(FOLDER).as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _read(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return loaded
