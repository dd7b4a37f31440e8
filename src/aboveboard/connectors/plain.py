"""Values of other systems as data: what JSON has, whatever type the system gave."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import Any

from aboveboard.basics.canonical import Json


def plain_value(value: Any) -> Json:
    """Return a value as data: numbers with a point as their digits where they are exact, moments in
    ISO 8601, bytes as the words that they are, else as hex."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return decoded(bytes(value))
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain_value(each) for key, each in value.items()}
    return str(value)


def decoded(value: bytes) -> str:
    """Return bytes as words where they are UTF-8 that can be shown (some databases keep all words
    so), else as hex."""
    try:
        words = value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()
    return words if words.isprintable() else value.hex()
