"""The cells of a line between separators: quotes, and what workbooks and programs put around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from aboveboard.incidents import limits

_WRAPPED: Final = re.compile(r"""='?"(.*)"|'(.*)'""", re.DOTALL)


def plain_cell(cell: str) -> str:
    """Return a cell without blanks around it, single quotes, and what makes a workbook keep it as
    text (``="007"``)."""
    value = cell.strip()
    if value[:1] in ("'", "=") and (wrapped := _WRAPPED.fullmatch(value)):
        return wrapped[1] if wrapped[2] is None else wrapped[2]
    return value


def split_line(line: str, separator: str) -> list[str]:
    """Return the cells of a line, double quotes respected where they open a cell and close one."""
    if '"' not in line:
        return line.split(separator)
    cells: list[str] = []
    at, end = 0, len(line)
    while True:
        if line.startswith('"', at):
            cell, after = _quoted(line, at, separator)
            # A quote that does not end its cell is a sign in somebody's text, and is kept as one.
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


def _quoted(line: str, at: int, separator: str) -> tuple[str, int]:
    """Return the cell that the quote at ``at`` opens, and where it ends; -1
    when it is never closed."""
    parts: list[str] = []
    begin = at + 1
    while True:
        stop = line.find('"', begin)
        if stop < 0:
            return "", -1
        after = stop + 1
        ends = after == len(line) or line.startswith(separator, after)
        # As programs write a quote; before a separator it is one where others were.
        escaped = line[stop - 1] == "\\" and after < len(line)
        if escaped and (not ends or parts):
            parts += (line[begin : stop - 1], '"')
            begin = after
            continue
        parts.append(line[begin:stop])
        if not line.startswith('"', after):
            return "".join(parts), after
        parts.append('"')
        begin = after + 1


def leaves_quote_open(line: str, separator: str) -> bool:
    """Return whether a cell opens with a quote that this line does not close:
    the row may go on below."""
    if line.count('"') % 2 == 0:
        return False
    starts = [0, *(mark.end() for mark in re.finditer(re.escape(separator), line))]
    return any(line.startswith('"', start) for start in starts)


def whole_rows(lines: Sequence[str], separator: str) -> Sequence[str]:
    """Return lines with those put together over which a row in quotes runs."""
    rows: list[str] = []
    at = 0
    while at < len(lines):
        row, end = lines[at], at + 1
        if leaves_quote_open(row, separator):
            for stop in range(end + 1, min(end + limits.LEAK_ROW_LINES, len(lines) + 1)):
                joined = "\n".join(lines[at:stop])
                if joined.count('"') % 2 == 0:
                    row, end = joined, stop
                    break
        rows.append(row)
        at = end
    return rows
