"""The formats that a field's kind may ask for: which national number, which sort of card.
``formats.yaml`` is the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from aboveboard.promise.model import FieldKind


@cache
def of_kind(kind: str) -> Mapping[str, str]:
    """Return the formats of a kind, each with what it is; empty for a kind that has none."""
    known: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("formats.yaml").read_text("utf-8")
    )
    return known.get(kind, {})


def is_needed(kind: str) -> bool:
    """Whether a field of the kind must say its format: nobody can check a national number
    without knowing which."""
    return kind == FieldKind.NATIONAL_ID
