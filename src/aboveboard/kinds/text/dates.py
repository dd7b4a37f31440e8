"""Dates, dates of birth and ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from aboveboard.kinds.text.span import TextKind, TextSpan, span

_MONTH: Final = (
    r"(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|février|fév|mar(?:ch|s)?|märz|mrz|apr(?:il)?|avril|may|mai"
    r"|june?|juni|juin|july?|juli|juillet|aug(?:ust)?|août|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?"
    r"|nov(?:ember|embre)?|de[cz](?:ember)?|décembre|déc)\b\.?"
)
_TIME: Final = (
    r"(?:[T ,]{1,2}\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[ap]\.?m\.?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_DATE: Final = re.compile(
    rf"(?<![\w./-])(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01]){_TIME}"
    rf"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:(?:19|20)\d\d|\d\d){_TIME}"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.)?(?: of)?[ -]{_MONTH}"
    rf",?(?:[ -](?:19|20)\d\d)?{_TIME}"
    rf"|{_MONTH} (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?{_TIME})"
    r"(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_BORN: Final = re.compile(
    r"\b(?:born|birth(?:day|date)?|b-?day|dob|d\.o\.b\.?|geb(?:oren|\.)?|geburts\w*|née?|naissance|nacid[oa]"
    r"|nat[oa]|geboren)\b[^.\n]{0,25}$|\bdate of birth\b.{0,25}$",
    re.IGNORECASE,
)
_AGE: Final = re.compile(
    r"(?<![\w.$€£])(?P<a>\d{1,3}(?:\.\d)?)"
    r"(?=[- ](?:years?|yrs?|months?|jahre?|ans)[- ](?:old\b|alt\b|of age))"
    r"|\b(?:aged?|im alter von|âgée? de)[: ] ?(?P<b>\d{1,3})\b(?![./-]?\d)",
    re.IGNORECASE,
)


def spans(text: str) -> Iterator[TextSpan]:
    """Yield dates; one behind a word of birth is a date of birth."""
    for match in _DATE.finditer(text):
        if not any(mark.isdigit() for mark in match[0]):
            continue
        if _BORN.search(text[max(0, match.start() - 40) : match.start()]):
            yield span(*match.span(), TextKind.DATE_OF_BIRTH, 0.95, "a date behind a word of birth")
        else:
            yield span(*match.span(), TextKind.DATE, 0.8, "the form of a date")
    for match in _AGE.finditer(text):
        group = "a" if match["a"] else "b"
        if float(match[group]) < 125:
            yield span(*match.span(group), TextKind.AGE, 0.85, "a number of years of life")
