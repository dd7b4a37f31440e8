"""Records of a name and a value in each line: what thieves' programs write, address books (vCard,
LDIF), messages, YAML, and rows that a database prints one below the other.

A record ends at a blank line, at a rule, or where its first name comes again. What is folded over
lines (RFC 2849, RFC 5322, RFC 6350) is put together, and base64 and quoted-printable are undone.
"""

from __future__ import annotations

import binascii
import html
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from quopri import decodestring
from typing import Final

from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.incidents.leaks.columns import leads_to_people
from aboveboard.incidents.leaks.lines import LeakLine, decode

_LINE: Final = re.compile(
    r"""\s*(?:-\s+)?["']?([^\W\d_][\w .-]{0,39}?)["']?(;[^:=]{0,200}(?:=[^:=]{0,60}){0,9})?"""
    r"\s*(::|:(?!//)|=)[ \t]*(.*)",
    re.DOTALL,
)
_ELEMENT: Final = re.compile(
    r"""\s*<([A-Za-z][\w.-]{0,39})(?:\s+name=["']([\w .-]{1,40})["'][^<>]*)?>([^<]*)</\1>\s*"""
)
"""An element of XML that stands in a line of its own, as databases write rows."""
_TAG: Final = re.compile(r"\s*</?[A-Za-z!?][^<>]{0,200}>\s*")
_MARKUP: Final = frozenset({"td", "th", "li", "p", "a", "span", "div", "string", "key", "item"})
"""Elements whose names say nothing of what they hold."""
_BREAK: Final = re.compile(
    r"\s*(?:([-=*_#~+]{3,}).*|(?:BEGIN|END):\w+|\[.{0,60}\])\s*", re.IGNORECASE
)
_EDGE: Final = re.compile(r"\s*(?:BEGIN|END):", re.IGNORECASE)
_BEGINS: Final = re.compile(
    r"BEGIN:VCARD|dn::? |version: 1\s*$|From [^:]+\d|"
    r"(?:From|To|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|Subject): ",
    re.IGNORECASE,
)
"""How an address book or a message begins."""
_ENCODED: Final = re.compile(r"(?:^[A-Za-z0-9+/]{40,}\n)*^[A-Za-z0-9+/]{16,}={0,2}$", re.MULTILINE)
_MOST: Final = 0.6
_LEAST: Final = 0.1
"""The share of named lines that lead to people, at least, and of all lines that have a name."""


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """``values`` by name, in their order; ``rest``: what stands beside them."""

    line: int
    values: Mapping[str, str] = field(repr=False)
    rest: str = field(repr=False)


def are_named(lines: Sequence[str]) -> bool:
    """Whether a file's first lines are such records."""
    kept = [line for line in lines if line.strip() and not _is_break(line)]
    first = next((line for line in lines if line.strip()), "")
    if _BEGINS.match(first):
        return True
    names = [pair[0].lower() for pair in map(_named, kept) if pair]
    often = {name for name in set(names) if names.count(name) > 1}
    people = sum(1 for name in names if name in often and leads_to_people(name))
    return (
        len(often) > 1
        and len(names) >= _MOST * len(kept)
        and 2 * len(set(names)) <= len(names)
        and people >= _LEAST * len(names)
    )


def named_records(lines: Iterable[LeakLine]) -> Iterator[NamedRecord | LeakLine]:
    """Yield every record, and each piece of a line that is too long."""
    record = _Record()
    for line in _unfolded(lines):
        text = line.text
        if text is None:
            yield from record.end()
            yield line
            continue
        if not text.strip() or _is_break(text):
            yield from record.end()
            if _says_something(text):
                record.add(line.number, "", text)
            continue
        name, value = _named(text) or ("", text)
        if name and (name == record.first or text.lstrip().startswith("- ")):
            yield from record.end()
        record.add(line.number, name, value)
        if record.size > CSV_LINE_BYTES:
            yield from record.end()
    yield from record.end()


def _is_break(text: str) -> bool:
    return bool(_BREAK.fullmatch(text) or _TAG.fullmatch(text))


def _says_something(text: str) -> bool:
    """Whether what stands between two records is more than a rule, an edge or a bare tag."""
    if _TAG.fullmatch(text):
        return '"' in text or "'" in text
    return not _EDGE.match(text) and bool(text.strip("-=*_#~+ \t"))


def _named(text: str) -> tuple[str, str] | None:
    """Return the name and the value of a line."""
    if (element := _ELEMENT.fullmatch(text)) and element[1].lower() not in _MARKUP:
        return element[2] or element[1], html.unescape(element[3])
    match = _LINE.match(text)
    return None if match is None else (match[1].strip(), _value(match))


class _Record:
    """A record as it is put together."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._rest: list[str] = []
        self._line, self.size, self.first = 0, 0, ""

    def add(self, number: int, name: str, value: str) -> None:
        self._line = self._line or number
        self.size += len(value) + 1
        if not name:
            self._rest.append(value)
            return
        # What only stands above others (``users:``) comes once.
        self.first = self.first or (name if value.strip() else "")
        # An address book gives a name as often as there are values.
        before = self._values.get(name)
        self._values[name] = value.strip() if before is None else f"{before}, {value.strip()}"

    def end(self) -> Iterator[NamedRecord]:
        """Yield the record if there is one, and begin the next."""
        if self._values or self._rest:
            rest = _ENCODED.sub(_plain, "\n".join(self._rest))
            yield NamedRecord(self._line, self._values, rest)
        self._values, self._rest = {}, []
        self._line, self.size, self.first = 0, 0, ""


def _unfolded(lines: Iterable[LeakLine]) -> Iterator[LeakLine]:
    held: LeakLine | None = None
    for line in lines:
        if held is not None and held.text is not None and line.text is not None:
            joined = _folded(held.text, line.text)
            if joined is not None and len(joined) <= CSV_LINE_BYTES:
                held = LeakLine(held.number, joined)
                continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _folded(text: str, below: str) -> str | None:
    """Return a line with the one below it, if that goes on with it."""
    if text.endswith("=") and "QUOTED-PRINTABLE" in text.upper():
        return text[:-1] + below
    goes_on = below[:1] in (" ", "\t") and below[1:2].strip() and text.strip()
    if not goes_on or _LINE.match(text) is None:
        return None
    # In an address book the blank is no part of the value; in a message a comma stands before it.
    return text + (below if text.rstrip().endswith((",", ";")) else below[1:])


def _value(match: re.Match[str]) -> str:
    raw = match[4]
    if match[3] == "::":
        return _decoded(raw) or raw
    if match[2] and "QUOTED-PRINTABLE" in match[2].upper():
        return decode(decodestring(raw.encode("utf-8", "replace")))
    return raw.strip("\"' ,")


def _plain(match: re.Match[str]) -> str:
    return _decoded(match[0].replace("\n", "")) or match[0]


def _decoded(encoded: str) -> str:
    """Return the text that base64 is of; "" where it is of none."""
    plain = encoded.strip()
    try:
        text = b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return text if all(sign.isprintable() or sign.isspace() for sign in text) else ""
