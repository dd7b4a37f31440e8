"""The duties, loaded from ``duties/*.yaml`` and picked by date."""

from __future__ import annotations
