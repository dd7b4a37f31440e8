"""Personal data in running text: texts a second on one core, beside a program that only splits them
into words and looks each up."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from aboveboard.kinds.text import find
from aboveboard.kinds.text.lexicon import uses
from bench.row import Row
from tests.kinds.labelled import made

SECONDS = 3.0
_WORD = re.compile(r"\w+")


def run() -> list[Row]:
    """Measure texts of tickets, letters and mails."""
    texts = [each.text for each in made(6)]
    known = uses()

    def look_up(text: str) -> None:
        for word in _WORD.findall(text):
            known.get(word.lower())

    mean = sum(map(len, texts)) / len(texts)
    note = f"one core, {mean:.0f} characters a text, names, places and all kinds"
    return [Row("texts read", _rate(find, texts), "texts/s", _rate(look_up, texts), note)]


def _rate(act: Callable[[str], object], texts: Sequence[str]) -> float:
    for text in texts:
        act(text)
    begin, count = time.process_time(), 0
    while (taken := time.process_time() - begin) < SECONDS:
        for text in texts:
            act(text)
        count += len(texts)
    return count / taken
