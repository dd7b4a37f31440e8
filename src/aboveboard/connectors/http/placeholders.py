"""Words with ``<names>`` in them, filled with values that are escaped for where they stand.

No template language: a placeholder is a name that the declaration knows, perhaps with the language
in which its value is quoted (``<email as soql>``). A value never becomes syntax: it is encoded in a
path or a query, stays one string in JSON, and is refused where it has a line break or any other
control character in it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote

from aboveboard.basics.canonical import Json

Scope: TypeAlias = Mapping[str, str]
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9_]{0,49})(?: as ([a-z]{1,10}))?>")
_DIGITS = re.compile(r"[0-9]{1,18}")

WRITINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "": lambda value: value,
    # OData 4.01, ABNF: a quote in a string is doubled.
    "odata": lambda value: value.replace("'", "''"),
    # SOQL: reserved characters of a string take a backslash.
    "soql": lambda value: value.replace("\\", "\\\\").replace("'", "\\'"),
    # JQL, the searches of Zendesk, Shopify and Google, Airtable's formulas, expressions of Mixpanel
    # and HogQL: a string in double quotes.
    "quoted": lambda value: value.replace("\\", "\\\\").replace('"', '\\"'),
    "lower": str.lower,
    "number": lambda value: value,
}
"""How a value is written into a language inside the text, by the word after ``as``."""


class PlaceholderValueRefused(ValueError):
    """A value may not stand where it would; the message names the placeholder alone."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name, and how its value is written."""

    name: str
    writing: str = ""


@dataclass(frozen=True, slots=True)
class PlaceholderText:
    """A text with placeholders."""

    pieces: tuple[str | Placeholder, ...]

    @classmethod
    def parse(cls, text: str) -> PlaceholderText | None:
        """Return the template, or None where an angle bracket is part of no placeholder, or the
        word after ``as`` is unknown."""
        pieces: list[str | Placeholder] = []
        at = 0
        for match in _PLACEHOLDER.finditer(text):
            pieces += [text[at : match.start()], Placeholder(match[1], match[2] or "")]
            at = match.end()
        pieces.append(text[at:])
        words = [piece for piece in pieces if isinstance(piece, str)]
        known = all(p.writing in WRITINGS for p in pieces if isinstance(p, Placeholder))
        if not known or any("<" in word or ">" in word for word in words):
            return None
        return cls(tuple(piece for piece in pieces if piece != ""))

    def names(self) -> Iterator[str]:
        """Yield the names that it needs."""
        yield from (piece.name for piece in self.pieces if isinstance(piece, Placeholder))

    def filled(self, scope: Scope, escape: Callable[[str], str] = lambda value: value) -> str:
        """Return the text with its values, each escaped.

        Raises:
            KeyError: a value is missing.
            PlaceholderValueRefused: one has a control character in it, or is no number.
        """
        return "".join(
            piece if isinstance(piece, str) else escape(_written(piece, scope))
            for piece in self.pieces
        )

    def as_json(self, scope: Scope) -> Json:
        """Return the same as a value of JSON: a number where it is nothing but ``<x as number>``.
        Errors as of :meth:`filled`."""
        if len(self.pieces) == 1 and isinstance(only := self.pieces[0], Placeholder):
            value = _written(only, scope)
            return int(value) if only.writing == "number" else value
        return self.filled(scope)


def _written(placeholder: Placeholder, scope: Scope) -> str:
    value = scope[placeholder.name]
    if any(unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") for mark in value):
        raise PlaceholderValueRefused(placeholder.name)
    if placeholder.writing == "number" and not _DIGITS.fullmatch(value):
        raise PlaceholderValueRefused(placeholder.name)
    return WRITINGS[placeholder.writing](value)


def in_path(value: str) -> str:
    """Return a value as one segment of a path (RFC 3986, 3.3).

    Raises:
        PlaceholderValueRefused: it is empty, ``.`` or ``..``: then it would be no segment.
    """
    if value in ("", ".", ".."):
        raise PlaceholderValueRefused("a segment of a path")
    return quote(value, safe="")


def in_query(value: str) -> str:
    """Return a value of a query or a form."""
    return quote(value, safe="")


def templates_in(value: Json) -> Iterator[str]:
    """Yield every text of a body, its keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from templates_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from templates_in(each)


def filled_body(value: Json, scope: Scope) -> Json:
    """Return a body with its values. Errors as of :meth:`PlaceholderText.filled`."""
    if isinstance(value, str):
        template = PlaceholderText.parse(value)
        # Read before: a text that is no template was refused with the declaration.
        return value if template is None else template.as_json(scope)
    if isinstance(value, Mapping):
        return {key: filled_body(each, scope) for key, each in value.items()}
    if isinstance(value, list):
        return [filled_body(each, scope) for each in value]
    return value
