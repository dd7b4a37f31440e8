"""Where the window of an envelope shows the sheet, by the country that a letter goes to. Pure.

``windows.yaml`` holds the places in millimetres, with the standards that they are of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped


@dataclass(frozen=True, slots=True)
class EnvelopeWindow:
    """A sheet for one kind of window envelope. ``block``: x, y, width and height of the address;
    ``return_line``: how far down the sender stands above it, 0 for nowhere; ``body``: where the
    text begins; all in millimetres. ``sender``: the side of the sender's lines."""

    key: str
    paper: str
    block: Mapping[str, float]
    return_line: float
    body: float
    sender: str
    folds: tuple[float, ...]


def window_of(country: str) -> EnvelopeWindow:
    """Return the window for letters to a country (ISO 3166-1); that of the fallback for one that
    has none of its own, and for none."""
    by_country, fallback = _windows()
    return by_country.get(country, fallback)


@cache
def _windows() -> tuple[Mapping[str, EnvelopeWindow], EnvelopeWindow]:
    loaded = shipped.load(Path(__file__).with_name("windows.yaml"))
    made = {key: _window(key, values) for key, values in loaded["windows"].items()}
    by_country = {
        country: made[key]
        for key, values in loaded["windows"].items()
        for country in values["countries"]
    }
    return by_country, made[loaded["fallback"]]


def _window(key: str, values: Mapping[str, Any]) -> EnvelopeWindow:
    return EnvelopeWindow(
        key=key,
        paper=values["paper"],
        block=values["block"],
        return_line=values.get("return_line", 0),
        body=values["body"],
        sender=values["sender"],
        folds=tuple(values["folds"]),
    )
