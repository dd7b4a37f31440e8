"""National numbers, documents and accounts: by check digits, and by the word in front of them.

The rules are data (``numbers.yaml``); the check digits are python-stdnum's.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from stdnum.exceptions import ValidationError

from aboveboard.basics import shipped
from aboveboard.kinds.text.span import TextKind, TextSpan, span

_BETWEEN: Final = (
    r"(?:\W{0,3}(?:is|are|was|no|nr|num|number|numbers|numéro|nummer|id|ist|lautet|est|it|its|it's|of"
    r"|my|the|here|card|code|plate)\b){0,4}[\s:#=.\-–(\"']{0,6}"
)
_DIGIT: Final = re.compile(r"\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class _NumberRule:
    kind: TextKind
    pattern: re.Pattern[str]
    confidence: float
    check: str
    evidence: str


def spans(text: str) -> Iterator[TextSpan]:
    """Yield those following a word, then those that tell themselves."""
    if _DIGIT.search(text) is None:
        return
    following, by_form = _rules()
    if (word := _any_word().search(text)) is not None:
        for rule in following:
            for match in rule.pattern.finditer(text, max(0, word.start())):
                fits = _fits(match["value"], rule.check)
                yield span(
                    *match.span("value"),
                    rule.kind,
                    0.97 if rule.check and fits else 0.85,
                    rule.evidence + (" and check digits" if rule.check and fits else ""),
                )
    for rule in by_form:
        for match in rule.pattern.finditer(text):
            if _fits(match[0], rule.check):
                yield span(*match.span(), rule.kind, rule.confidence, rule.evidence)


def _fits(value: str, check: str) -> bool:
    if not check:
        return True
    try:
        importlib.import_module(f"stdnum.{check}").validate(value.upper())
    except ValidationError:
        return False
    return True


@cache
def _rules() -> tuple[tuple[_NumberRule, ...], tuple[_NumberRule, ...]]:
    data = shipped.load(Path(__file__).with_name("numbers.yaml"))
    flags = re.IGNORECASE
    following = tuple(
        _NumberRule(
            TextKind(row["kind"]),
            re.compile(
                rf"(?<!\w)(?:{row['words']})(?!\w){_BETWEEN}(?<!\w)(?P<value>{row['value']})"
                rf"(?![\w]|[.-]\d)",
                flags,
            ),
            0.85,
            row.get("stdnum", ""),
            f"following a word for {row['kind'].replace('_', ' ')}",
        )
        for row in data["behind_words"]
    )
    by_form = tuple(
        _NumberRule(
            TextKind(row["kind"]),
            re.compile(rf"(?<![\w.-])(?:{row['value']})(?![\w-]|\.\d)", re.ASCII),
            row["confidence"],
            row.get("stdnum", ""),
            f"the form of {row.get('form', row['kind'])}"
            + (", its check fits" if row.get("stdnum") else ""),
        )
        for row in data["by_form"]
    )
    return following, by_form


@cache
def _any_word() -> re.Pattern[str]:
    """Return what matches any of the words: most texts have none, and are passed in one go."""
    data = shipped.load(Path(__file__).with_name("numbers.yaml"))
    either = "|".join(row["words"] for row in data["behind_words"])
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
