"""Whether a leaked password can be read: as it stands, after cheap guessing, or not in practice.

The patterns are data (``passwords.yaml``).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("passwords.yaml")


def form(value: str) -> str:
    """Return the name of the form a stored password has: ``bcrypt``, ``hex`` ..., or ``plain``."""
    text = value.strip()
    return next((name for name, pattern, _ in _formats() if pattern.fullmatch(text)), "plain")


def is_strong(value: str) -> bool:
    """Return whether the value is a salted, slow hash, which stays unreadable when the
    password was a good one."""
    text = value.strip()
    return next((strong for _, pattern, strong in _formats() if pattern.fullmatch(text)), False)


def is_hash(value: str) -> bool:
    """Return whether the value is a stored form of a password, strong or weak,
    rather than the password."""
    return form(value) != "plain"


@cache
def _formats() -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    rows = yaml.safe_load(_FILE.read_text("utf-8"))["formats"]
    return tuple(
        (row["name"], re.compile(row["pattern"], re.ASCII | re.DOTALL), row["strong"])
        for row in rows
    )
