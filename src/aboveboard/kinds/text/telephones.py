"""Phone numbers in running text: their grouping, the words around them, and numbering plans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from aboveboard.kinds.text.span import TextKind, TextSpan, span

_CANDIDATE: Final = re.compile(
    r"(?<![\w./=%#$€£-])(?<!\d,)(?<!\d )(?:\+ ?|00)?(?:\(\+?\d{1,5}\)[ ./-]{0,2})?\d{1,13}"
    r"(?:[ ./()-]{1,3}\d{1,13}){0,7}\)?"
    r"(?:\s?(?:x|ext\.?|extension|poste|durchwahl|#)\s?\d{1,6})?(?![\w%]|[.,:]\d|-\d)",
    re.IGNORECASE | re.ASCII,
)
_EXTENSION: Final = re.compile(r"\s?(?:x|ext|poste|durchwahl|#).*", re.IGNORECASE)
_WORD_BEFORE: Final = re.compile(
    r"\b(?:phones?|tel(?:e?phone?|efon|éphone|\.)?|mobile?|mobil|handy|cell(?:ular)?|fax|desk|office"
    r"|call(?:ed|ing)?"
    r"|ring|rang|dial|text|sms|whatsapp|contact(?:able)?|reach(?:ed|able)?|registered|answering"
    r"|landline|hotline|number|nr|rufnummer|rufen|anrufen|appel\w*|joindre|numéro|portable"
    r"|messages? to|direct|home|work)\b",
    re.IGNORECASE,
)
_WORD_AFTER: Final = re.compile(
    r"\W{0,3}(?:office|fax|mobile|cell|home|work|direct|desk|phone|tel)\b|[-–]\s?(?:office|fax|mobile)",
    re.IGNORECASE,
)
_OTHER_BEFORE: Final = re.compile(
    r"(?:[$€£]|\b(?:order|invoice|ticket|case|ref(?:erence)?|article|item|card|account|policy|isbn|zip|postcode"
    r"|version|id|iban|swift|tracking|serial|model|part)\W{1,3}(?:no|nr|number|id)?\W{0,3})$",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4} ?[-–/] ?\d{2,4}"
)
_HOMES: Final = ("US", "GB", "DE", "FR")


def spans(text: str) -> Iterator[TextSpan]:
    """Yield them. A row of digits without grouping counts only where a word says phone."""
    for match in _CANDIDATE.finditer(text):
        written = match[0].rstrip(" ./-(")
        bare = _EXTENSION.sub("", written)
        digits = sum(mark.isdigit() for mark in bare)
        if not 7 <= digits <= 15 or _DATE.fullmatch(bare.strip()):
            continue
        start = match.start() + (len(written) - len(written.lstrip()))
        before = text[max(0, start - 45) : start]
        if written.endswith(")") and written.count("(") < written.count(")"):
            written = written[:-1]
        if (
            judged := _judge(bare, before, text[match.end() : match.end() + 12], digits)
        ) is not None:
            confidence, why = judged
            yield span(start, match.start() + len(written), TextKind.PHONE, confidence, why)


def _judge(bare: str, before: str, after: str, digits: int) -> tuple[float, str] | None:
    if _OTHER_BEFORE.search(before):
        return None
    abroad = bare.startswith(("+", "00"))
    if _WORD_BEFORE.search(before) or _WORD_AFTER.match(after):
        return (0.95, "a word for phone beside it")
    if abroad and digits >= 9:
        return (0.9, "an international prefix")
    grouped = len(re.findall(r"\d+", bare)) > 1
    if grouped and digits >= 9 and _is_given_out(bare):
        return (0.8, "grouped as a phone number of a numbering plan")
    if grouped and re.fullmatch(r"\(?\d{3}\)?[ .-]{1,2}\d{3}[.-]\d{4}", bare):
        return (0.75, "grouped as in North America")
    if bare.startswith("0") and 10 <= digits <= 11 and _is_given_out(bare):
        return (0.6, "a number of a numbering plan")
    return None


def _is_given_out(bare: str) -> bool:
    for region in _HOMES:
        try:
            number = phonenumbers.parse(bare, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False
