"""A table out of the bytes of a file, whoever wrote it: CSV, JSON or NDJSON. Pure."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aboveboard.basics.errors import Invalid

_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HEADER_WITHIN: Final = 10
"""Lines among which the header is looked for: some programs write a title above it."""
_OPEN_FOR: Final = 60
"""Lines that one cell may go over before its quotation mark counts as never closed."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A row: the line on which it begins, counted from 1, and its cells."""

    line: int
    cells: tuple[str, ...]

    def cell(self, place: int) -> str:
        """Return a cell without the space around it; "" where the row is shorter."""
        return self.cells[place].strip() if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class InventoryTable:
    """``broken``: rows of which the end cannot be told; ``blank``: rows without anything."""

    header: tuple[str, ...]
    rows: tuple[Cells, ...]
    broken: tuple[Cells, ...]
    blank: int
    read_as: str


class TableRefused(Invalid):
    """{found}."""

    code = "table_refused"
    next_step = "{fix}"


def read_table(data: bytes, name: str, *, known: Collection[str]) -> InventoryTable:
    """Read a table. ``known``: normal names of columns, by which header and delimiter are told.

    Raises:
        TableRefused: it is a workbook or an archive, has nothing in it, or is no table.
    """
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise TableRefused(
            found=f"{name} is a workbook or an archive", fix="Save the sheet as CSV, and try again."
        )
    text, encoding = _decoded(data)
    if not text.strip():
        raise TableRefused(found=f"{name} has nothing in it", fix="Export it again.")
    if text.lstrip()[0] in "[{":
        return _from_json(text, name)
    return _from_csv(text, name, encoding, known)


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, codec in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(codec, errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        # Only old Macs end lines with CR alone, and they wrote their own letters.
        if b"\r" in data and b"\n" not in data:
            return data.decode("mac_roman"), "Mac Roman"
        return data.decode("cp1252", errors="replace"), "Windows-1252"


# ---- CSV -----------------------------------------------------------------------------------------


def _from_csv(text: str, name: str, encoding: str, known: Collection[str]) -> InventoryTable:
    lines = re.split(r"\r\n|\r|\n", text.replace("\0", ""))
    at, delimiter = _header_place(lines, known)
    records = list(_records(lines, at, delimiter))
    if not records:
        raise TableRefused(found=f"{name} has no header", fix="Its first row names the columns.")
    header = tuple(cell.strip() for cell in records[0][0].cells)
    while header and not header[-1]:
        header = header[:-1]  # cells that a spreadsheet left at the end of each row
    rows, broken, blank = [], [], 0
    for row, is_whole in records[1:]:
        cells = row.cells
        while len(cells) > len(header) and not cells[-1].strip():
            cells = cells[:-1]
        if not any(cell.strip() for cell in cells):
            blank += 1
        elif is_whole:
            rows.append(Cells(row.line, cells))
        else:
            broken.append(Cells(row.line, cells))
    # Not the empty line after the last end of line.
    blank -= lines[-1] == "" and blank > 0
    words = f"CSV with {_DELIMITERS[delimiter]}, {encoding}"
    return InventoryTable(header, tuple(rows), tuple(broken), blank, words)


def _header_place(lines: Sequence[str], known: Collection[str]) -> tuple[int, str]:
    """Return the line of the header, from 0, and the delimiter: what gives most known names."""

    def score(place: int, delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([lines[place]], delimiter=delimiter), [])
        names = [re.sub(r"[\W_]+", "", cell.casefold()) for cell in cells]
        return sum(each in known for each in names), len(cells)

    tried = [
        (score(place, delimiter), -place, delimiter)
        for place in range(min(_HEADER_WITHIN, len(lines)))
        for delimiter in _DELIMITERS
        if lines[place].strip()
    ]
    best = max(tried, key=lambda each: (each[0], each[1]))
    if best[0][0] == 0:  # no known name anywhere: the first row with anything in it
        best = max((each for each in tried if each[1] == tried[0][1]), key=lambda each: each[0])
    return -best[1], best[2]


def _records(lines: Sequence[str], at: int, delimiter: str) -> Iterator[tuple[Cells, bool]]:
    """Yield rows from a line on, and whether each is whole."""
    place = at
    while place < len(lines):
        end = place + 1
        while _is_open(lines[place:end], delimiter) and end < len(lines):
            if end - place >= _OPEN_FOR:
                break
            end += 1
        is_whole = not _is_open(lines[place:end], delimiter)
        if not is_whole:
            end = place + 1  # the rows after it are read as they stand
        text = "\n".join(lines[place:end])
        cells = _split(text, delimiter) if is_whole else text.split(delimiter)
        yield Cells(place + 1, tuple(cells)), is_whole
        place = end


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a cell that began with a quotation mark has not ended. One inside a cell, as in
    13", is text."""
    mark = re.escape(delimiter)
    whole = re.sub(rf'(^|{mark})[ ]*"(?:[^"]|"")*"[ ]*(?={mark}|$)', r"\1", "\n".join(lines))
    return re.search(rf'(?:^|{mark})[ ]*"', whole) is not None


# ---- JSON ----------------------------------------------------------------------------------------

_LISTS: Final = ("hosts", "value", "results", "rows", "computers", "devices", "assets", "data")
"""Where APIs put their list: Fleet, Microsoft Graph, Jamf Pro, Snipe-IT."""


def _from_json(text: str, name: str) -> InventoryTable:
    try:
        content = json.loads(text)
        words = "JSON"
    except ValueError:
        content, words = _from_lines(text, name), "JSON, an object a line"
    if isinstance(content, dict):
        lists = (content[key] for key in _LISTS if isinstance(content.get(key), list))
        listed = next(lists, [content])
    else:
        listed = content
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise TableRefused(
            found=f"{name} is JSON, and no list of objects", fix="Export a list of devices."
        )
    flat = [_flat(each) for each in listed]
    header = tuple(dict.fromkeys(key for each in flat for key in each))
    rows = tuple(
        Cells(number, tuple(each.get(key, "") for key in header))
        for number, each in enumerate(flat, start=1)
    )
    return InventoryTable(header, rows, (), 0, words)


def _from_lines(text: str, name: str) -> list[Any]:
    objects = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            objects.append(json.loads(line))
        except ValueError:
            raise TableRefused(
                found=f"{name}, line {number}, is not JSON", fix="Export it again, or as CSV."
            ) from None
    return objects


def _flat(value: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of an object and of those in it, by their own names: the first that says
    something counts."""
    flat: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            for below, text in _flat(inner).items():
                flat[below] = flat.get(below) or text
        elif not isinstance(inner, list):
            text = "" if inner is None else str(inner)
            text = text.lower() if isinstance(inner, bool) else text
            flat[key] = flat.get(key) or text
    return flat
