"""What stands on a page and is not run here, each with its reason: the only way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aboveboard.basics import shipped

LEFT_OUT: dict[str, dict[str, Any]] = shipped.load(Path(__file__).with_name("left_out.yaml"))
"""The first line of a block or command, and why, for each page."""


def left_out(page: str, text: str) -> bool:
    """Whether this block or command of a page is in the list."""
    return text.splitlines()[0].strip() in LEFT_OUT.get(page, {})
