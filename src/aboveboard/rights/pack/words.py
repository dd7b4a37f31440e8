"""The words of a pack in the language of the person, and how values stand in it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.basics.canonical import Json

_CONTROL = {code: chr(0x2400 + code) for code in range(32) if code not in (9, 10, 13)}
_CONTROL[127] = "␡"
# Marks that turn the direction of what follows (Unicode TR 9, 2.1 to 2.5): a name with one could
# make the text after it read as something else (CVE-2021-42574).
_CONTROL |= {code: f"[U+{code:04X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


class PackWords:
    """The texts in one language, English where we have none."""

    def __init__(self, language: str) -> None:
        short = language.split("-")[0]
        texts = _texts()
        self.language = short if short in texts else "en"
        self._texts = texts[self.language]

    def say(self, key: str, **facts: object) -> str:
        """Return a sentence with its facts."""
        words = str(self._texts[key])
        return words.format(**facts) if facts else words

    def sentences(self, key: str) -> Sequence[str]:
        """Return the sentences of a list."""
        sentences: Sequence[str] = self._texts[key]
        return sentences

    def day(self, day: date | datetime) -> str:
        """Return a day as people write it: "1 March 2027"."""
        from babel.dates import format_date  # heavy, and only where a pack is made

        return str(
            format_date(day, "long", locale="en_GB" if self.language == "en" else self.language)
        )

    def number(self, number: int) -> str:
        """Return a number as people write it: "1,000,000"."""
        from babel.numbers import format_decimal  # as above

        return str(
            format_decimal(number, locale="en_GB" if self.language == "en" else self.language)
        )

    def value(self, value: Json) -> str:
        """Return a value as it stands on a page or in a cell: text as it is, what has parts as
        JSON, and nothing as an empty text."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
            return readable(json.dumps(value, ensure_ascii=False))
        return readable(str(value))


def readable(text: str) -> str:
    """Return a text with the characters seen that could not be: NUL as ``␀``, marks that turn the
    direction by their number, and half a surrogate pair as ``�``."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_CONTROL).encode("utf-8", "replace").decode()


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    texts: Mapping[str, Mapping[str, Any]] = shipped.load(Path(__file__).with_name("texts.yaml"))
    return texts
