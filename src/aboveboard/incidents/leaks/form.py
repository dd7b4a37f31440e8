"""What kind of file it is: separated columns, JSON lines, or ``e-mail:secret`` pairs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_PAIR = re.compile(r"\s*[^\s@:;,|\"]+@[^\s@:;,|\"]+:")
_SEPARATORS = ("\t", ";", ",", "|")
BRACKETS = ("[", "]", "],")
"""Lines that a JSON array begins and ends with, when it has one object a line."""
_MOST = 0.6
"""The share of the sample's lines that must agree on a form; leaked files have rubbish in them."""


class LeakShape(StrEnum):
    """The three forms of file that are read."""

    SEPARATED = "separated"
    JSON_LINES = "json lines"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True)
class LeakForm:
    """How to read the file. ``header``: the names of its columns, or () when the
    first line is data already.

    ``columns``: how many; for JSON lines the header has the names met in the sample.
    """

    shape: LeakShape
    separator: str
    columns: int
    header: tuple[str, ...]


def find(sample: Sequence[str]) -> LeakForm:
    """Return the form of a file from some of its first lines (blank ones are passed over)."""
    kept = [line for line in sample if line.strip()]
    if not kept:
        return LeakForm(LeakShape.SEPARATED, ",", 1, ())
    inside = [line for line in kept if line.strip() not in BRACKETS]
    objects = [found for found in map(json_object, inside) if found is not None]
    if objects and len(objects) >= _MOST * len(inside):
        names = tuple(dict.fromkeys(name for item in objects for name in item))
        return LeakForm(LeakShape.JSON_LINES, "", len(names), names)
    if sum(1 for line in kept if _PAIR.match(line)) >= _MOST * len(kept):
        return LeakForm(LeakShape.PAIRS, ":", 2, ())
    separator, columns = _separator(kept)
    first = split(kept[0], separator)
    header = (
        tuple(cell.strip() for cell in first) if len(first) == columns and _is_header(first) else ()
    )
    return LeakForm(LeakShape.SEPARATED, separator, columns, header)


def json_object(line: str) -> dict[str, str] | None:
    """Return the line's object as names and texts, one level of nesting joined with a dot;
    None when it is no object.

    A line of a JSON array (``{...},``) is read too.
    """
    text = line.strip().removeprefix("[").removesuffix(",").removesuffix("]").strip()
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    flat: dict[str, str] = {}
    for name, value in found.items():
        for inner, item in value.items() if isinstance(value, dict) else (("", value),):
            flat[f"{name}.{inner}" if inner else name] = _text(item)
    return flat


def _text(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def split(line: str, separator: str) -> list[str]:
    """Return the cells of a line, double quotes respected where they open a cell and close one."""
    cells: list[str] = []
    at, end = 0, len(line)
    while True:
        if line.startswith('"', at):
            cell, after = _quoted(line, at)
            if after == end or (after > 0 and line.startswith(separator, after)):
                cells.append(cell)
                if after == end:
                    return cells
                at = after + len(separator)
                continue
        stop = line.find(separator, at)
        if stop < 0:
            cells.append(line[at:])
            return cells
        cells.append(line[at:stop])
        at = stop + len(separator)


def _quoted(line: str, at: int) -> tuple[str, int]:
    """Return the cell that the quote at ``at`` opens, and where it ends; -1
    when it is never closed."""
    parts: list[str] = []
    begin = at + 1
    while True:
        stop = line.find('"', begin)
        if stop < 0:
            return "", -1
        parts.append(line[begin:stop])
        if not line.startswith('"', stop + 1):
            return "".join(parts), stop + 1
        parts.append('"')
        begin = stop + 2


def leaves_quote_open(line: str, separator: str) -> bool:
    """Return whether a cell opens with a quote that this line does not close:
    the row may go on below."""
    starts = [0, *(found.end() for found in re.finditer(re.escape(separator), line))]
    return line.count('"') % 2 == 1 and any(line.startswith('"', start) for start in starts)


def _separator(lines: Sequence[str]) -> tuple[str, int]:
    """Return the separator that gives most lines the same number of columns, and that number."""
    best, columns, agreed = ",", 1, 0.0
    for separator in _SEPARATORS:
        counts = Counter(len(split(line, separator)) for line in lines)
        count, times = max(
            counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0])
        )
        share = times / len(lines)
        if count > 1 and (share, count) > (agreed, columns):
            best, columns, agreed = separator, count, share
    return best, columns


def _is_header(cells: Sequence[str]) -> bool:
    """A header has no address, no long number and no empty cell, and names
    that a person would give."""
    named = [cell.strip() for cell in cells]
    return all(re.fullmatch(r"[^\W\d][\w .()/#-]{0,59}", cell) for cell in named) and len(
        set(named)
    ) == len(named)
