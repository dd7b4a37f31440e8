"""Postal addresses: a street with its number, and what follows it: flat, town, postcode, country.

A number and some words are a street where a word of streets is among them, where what precedes
speaks of an address, or where the rest of an address follows. Each part is a span of its own, with
its own category.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from aboveboard.kinds.text.lexicon import WordUse
from aboveboard.kinds.text.places import place_end
from aboveboard.kinds.text.span import TextKind, TextSpan, span
from aboveboard.kinds.text.streets import street_end
from aboveboard.kinds.text.tokens import Passage, TextToken

_SPEAKS_OF_ONE: Final = re.compile(
    r"\b(?:address\w*|lives?|lived|living|located|location|resid\w+|sent|send\b.{0,25}|return"
    r"|deliver\w*"
    r"|ship\w*|meet(?:ing)?|taxi|offices?|restaurant|shop|station|moved?|bill\w*|arrived|where|home"
    r"|wohn\w+|adresse|anschrift|habite|domicil\w+|demeur\w+|it is|it's in"
    r"|here they are|find us|visit us)\b"
    r"[^.!]{0,34}$",
    re.IGNORECASE | re.DOTALL,
)
_POSTCODE: Final = re.compile(
    r"(?:[A-Z]{1,2}-)?(?:\d{5}-\d{3,4}|\d{3} \d{2}|\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{4,6}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-])",
    re.IGNORECASE,
)
_BRITISH: Final = re.compile(
    r"(?<![\w-])(?:GIR ?0AA"
    r"|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])"
    r" \d[ABD-HJLNP-UW-Z]{2})(?![\w-])"
)
_POSTCODE_WORD: Final = re.compile(
    r"\b(?:zip(?: ?code)?|post ?code|postal code|plz|postleitzahl|code postal|c\.?p\.?)\b"
    r"(?:\W{0,3}(?:is|ist|est|of|for|my))?\W{0,5}(?P<code>" + _POSTCODE.pattern + ")",
    re.IGNORECASE,
)
_BOX: Final = re.compile(
    r"\b(?:p\.? ?o\.? ?box|postfach|b\.?p\.|boîte postale|apartado)\s?\d{1,6}\b"
    r"|\b(?:PSC|Unit|USNS|USNV|USS|USCGC)\b[^\n.]{1,30}\n?\s?(?:APO|FPO|DPO)\b,? ?(?:AE|AP|AA)\b",
    re.IGNORECASE,
)
_CORNER: Final = re.compile(
    r"\b(?:the )?corner of (?P<names>[^\n.,?!]{3,60}? and [^\n.,?!]{3,40}?)(?=[\n.,?!]|$)",
    re.IGNORECASE,
)
_STATE: Final = re.compile(r"[^\W\d_]{2,3}\b")


def spans(passage: Passage, is_free: Callable[[int, int], bool]) -> Iterator[TextSpan]:
    """Yield the parts of every address."""
    text, tokens = passage.text, passage.tokens
    for match in _POSTCODE_WORD.finditer(text):
        yield span(*match.span("code"), TextKind.POSTCODE, 0.95, "following a word for postcode")
    for match in _BOX.finditer(text):
        yield span(*match.span(), TextKind.ADDRESS, 0.9, "a post office box or a military address")
    for match in _CORNER.finditer(text):
        yield span(*match.span(), TextKind.ADDRESS, 0.8, "a corner of two streets")
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if not (token.capital or token.kind == "number" or token.may_be(WordUse.STREET)):
            at += 1
            continue
        parts, following = _address(passage, at)
        if parts and all(is_free(part.start, part.end) for part in parts):
            yield from parts
            at = following
        else:
            at += 1
    for match in _BRITISH.finditer(text):
        yield span(*match.span(), TextKind.POSTCODE, 0.85, "the form of a British postcode")


def _address(passage: Passage, at: int) -> tuple[list[TextSpan], int]:
    """Return the parts of the address that begins at a token, and the first token following it."""
    street, weight = street_end(passage, at)
    if street == at:
        return [], at
    tokens = passage.tokens
    why = "a word for a street" if weight > 2 else "a number and a name, as streets have"
    if _SPEAKS_OF_ONE.search(passage.text_before(tokens[at].start)):
        weight, why = weight + 2, f"{why}, where an address is spoken of"
    tail, following = _tail(passage, street)
    if len(tail) > 1 or (tail and weight >= 1.5):
        weight, why = weight + len(tail), f"{why}, with a town or postcode following it"
    if weight < 2.5:
        return [], at
    first = span(
        tokens[at].start, tokens[street - 1].end, TextKind.ADDRESS, min(0.95, weight / 4), why
    )
    return [first, *tail], following


def _tail(passage: Passage, at: int) -> tuple[list[TextSpan], int]:
    """Return what follows a street, and the first token following it."""
    parts: list[TextSpan] = []
    towns = codes = 0
    tokens = passage.tokens
    while at < len(tokens) and len(parts) < 8:
        while at < len(tokens) and _is_between(tokens, at):
            at += 1
        if at >= len(tokens) or tokens[at].line - tokens[max(0, at - 1)].line > 2:
            break
        token = tokens[at]
        if (end := _unit(tokens, at)) > at:
            parts.append(span(token.start, tokens[end - 1].end, TextKind.ADDRESS, 0.9, "a flat"))
            at = end
        elif codes < 1 and (code := _POSTCODE.match(passage.text, token.start)):
            parts.append(span(*code.span(), TextKind.POSTCODE, 0.85, "a postcode in an address"))
            codes += 1
            at = _token_at(tokens, code.end(), at)
        elif _is_state(passage, at):
            parts.append(
                span(
                    token.start,
                    token.end,
                    TextKind.ADDRESS,
                    0.8,
                    "a state in an address",
                    "user.contact.address.state",
                )
            )
            at += 1
        elif towns < 3 and (town := place_end(passage, at, in_address=True)) > at:
            country = any(each.may_be(WordUse.COUNTRY) for each in tokens[at:town])
            parts.append(
                span(
                    token.start,
                    tokens[town - 1].end,
                    TextKind.PLACE,
                    0.85,
                    "a town in an address",
                    "user.contact.address." + ("country" if country else "city"),
                )
            )
            towns += 1
            at = town
        else:
            break
    return parts, at


def _is_between(tokens: tuple[TextToken, ...], at: int) -> bool:
    """Whether a mark may stand between parts of an address: a full stop only after a number."""
    if tokens[at].kind != "mark":
        return False
    return tokens[at].text in ",>?-–|•" or (
        tokens[at].text == "." and at > 0 and tokens[at - 1].kind == "number"
    )


def _unit(tokens: tuple[TextToken, ...], at: int) -> int:
    if tokens[at].may_be(WordUse.UNIT) and at + 1 < len(tokens):
        following = at + 1 + (tokens[at + 1].text in (".", "#") and at + 2 < len(tokens))
        if tokens[following].kind == "number" or len(tokens[following].text) == 1:
            return following + 1
    return at


def _is_state(passage: Passage, at: int) -> bool:
    """Whether two or three letters stand where a state does: before the postcode or the country."""
    tokens, token = passage.tokens, passage.tokens[at]
    if not _STATE.fullmatch(token.text) or token.may_be(WordUse.NEVER):
        return False
    following = at + 1
    return following < len(tokens) and (
        _POSTCODE.match(passage.text, tokens[following].start) is not None
        or (tokens[following].may_be(WordUse.COUNTRY) and tokens[following].line > token.line)
    )


def _token_at(tokens: tuple[TextToken, ...], position: int, at: int) -> int:
    while at < len(tokens) and tokens[at].start < position:
        at += 1
    return at
