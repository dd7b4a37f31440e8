"""Sending what is due (being written)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Drained:
    """What one call did. ``halted`` is why it stopped early: ``"mail-server-unreachable"``, ``"mail-server-refuses"`` or empty."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    retried: int = 0
    halted: str = ""


@dataclass(slots=True)
class Drain:
    """One call of ``actions.drain``."""

    worker: str
    at: datetime
    limit: int | None
    stop: Callable[[], bool]

    def run(self) -> Drained:
        """Send until nothing is due."""
        raise NotImplementedError
