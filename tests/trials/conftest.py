"""The fixtures of a nightly file."""

from __future__ import annotations

from tests.trials.nightly import adopted, imported

__all__ = ["adopted", "imported"]
