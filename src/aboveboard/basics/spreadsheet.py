"""CSV for people, who open it in a spreadsheet: the one writer of all CSV that leaves.

A spreadsheet runs a cell that begins with ``=`` and its like as a formula, which may send the cells
beside it elsewhere (OWASP, CSV injection). Anybody may be called ``=HYPERLINK(…)``. So such a cell
gets an apostrophe in front, and one that begins with apostrophes and then such a character one
more: what was written can always be told (:func:`unescape_cell`). NDJSON has values as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_RUN: Final = "=+\\-@\t\r\n＝＋－＠"  # with the wide ones, which some spreadsheets run too
_DANGEROUS: Final = re.compile(f"'*[{_RUN}]")
_ESCAPED: Final = re.compile(f"'+[{_RUN}]")
# Semicolons and tabs too: a spreadsheet of another country splits at them.
_QUOTED: Final = re.compile(r'[",;\t\r\n]|^\s|\s$')


def escape_cell(value: str) -> str:
    """Return a value as it stands in a cell."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def unescape_cell(cell: str) -> str:
    """Return the value that :func:`escape_cell` put into a cell."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def csv_line(values: Iterable[object]) -> str:
    """Return one line of CSV (RFC 4180), its end included; None is an empty cell."""
    cells = (escape_cell("" if value is None else str(value)) for value in values)
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(cell) else cell
