"""Holds what a page says is printed against what was printed.

Words are compared as they stand. Figures, dates, times and numbers of people may be others of the
same shape. ``…`` on a page stands for what was left out: within a line, or whole lines where it
stands alone.
"""

from __future__ import annotations

import json
import re
from typing import Any

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CODE = "[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}"
"""The number of a person, as it is written (``basics.person_codes``)."""
_VARIES = re.compile(rf"\b{_CODE}\b|\b\w*\d\w*…|…|\d[\d,.:]*|\b(?:{_MONTHS})\b|\s+")


def is_printed(expected: str, printed: str, language: str) -> bool:
    """Whether this was printed, in the form of the page's block."""
    if language == "json":
        return _same_value(json.loads(expected), json.loads(printed))
    if language == "ndjson":
        lines, others = expected.splitlines(), printed.splitlines()
        return len(lines) == len(others) and all(
            _same_value(json.loads(line), json.loads(other))
            for line, other in zip(lines, others, strict=True)
        )
    if language == ">":  # a sentence, however the page breaks its lines
        sentence = " ".join(expected.split())
        return bool(_pattern(sentence).search(" ".join(printed.split())))
    patterns = [
        r"(?:[^\n]*\n)*?" if line.strip() == "…" else _pattern(line.rstrip()).pattern + r"\n"
        for line in expected.splitlines()
    ]
    rest = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return bool(re.fullmatch("".join(patterns), rest))


def _pattern(text: str) -> re.Pattern[str]:
    """Return what a line may be."""
    parts, end = [], 0
    for match in _VARIES.finditer(text):
        parts += [re.escape(text[end : match.start()]), _shape(match[0])]
        end = match.end()
    return re.compile("".join([*parts, re.escape(text[end:])]))


def _shape(varying: str) -> str:
    if varying.endswith("…"):  # also the beginning of an identifier: ``3f0c…``
        return r"[^\n]*?"
    if re.fullmatch(_CODE, varying):
        return _CODE
    if varying.isspace():  # columns move with the width of what stands in them
        return " " if varying == " " else r"[ \t]+"
    if varying[0].isdigit():
        tail = varying[len(varying.rstrip(",.:")) :]
        return r"\d(?:[\d,.:]*\d)?" + re.escape(tail)
    return f"(?:{_MONTHS})"


def _same_value(expected: Any, printed: Any) -> bool:
    """Whether two values of JSON have the same keys, and texts of the same shape."""
    if isinstance(expected, dict):
        return (
            isinstance(printed, dict)
            and expected.keys() == printed.keys()
            and all(_same_value(value, printed[key]) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(printed, list)
            and len(expected) == len(printed)
            and all(map(_same_value, expected, printed))
        )
    if isinstance(expected, str):
        return isinstance(printed, str) and bool(_pattern(expected).fullmatch(printed))
    if isinstance(expected, bool) or expected is None:
        return expected is printed
    return isinstance(printed, int | float) and not isinstance(printed, bool)
