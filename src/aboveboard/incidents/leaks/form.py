"""What form a file has: separated columns, JSON, an SQL dump, address and secret, or plain text.

Said before any column is judged, from some of its first lines. Opening what is packed, and calling
what is no text by its name, is ``packed``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.incidents import limits
from aboveboard.incidents.leaks import named
from aboveboard.incidents.leaks.cells import plain_cell, split_line, whole_rows
from aboveboard.incidents.leaks.columns import is_content_like, is_known_name, is_secret_name
from aboveboard.incidents.leaks.lines import LeakLine
from aboveboard.incidents.leaks.objects import json_object, with_name
from aboveboard.incidents.leaks.records import (
    SqlRow,
    is_like_sql,
    json_depth,
    json_objects,
    sql_rows,
)
from aboveboard.kinds.recognise import matches

_ADDRESS: Final = r"[^\s@:;,|\"'<>]+@[^\s@:;,|\"'<>]+"
PAIR: Final = re.compile(rf"\s*[\"'<]?({_ADDRESS})[\"'>]?(?:\s*[:;,|\t]\s*|\s+)(.*)", re.DOTALL)
"""An address, a separator that each line chooses for itself, and a secret, which may hold all."""
_COLON: Final = re.compile(rf"\s*{_ADDRESS}:")
_SEPARATORS: Final = ("\t", ";", ",", "|", ":", "~", "^", "\x01", "\x1f")
_SELDOM: Final = frozenset(":~^")
"""Separators that stand in text too: they separate only where people stand beside them."""
_DIGEST: Final = re.compile(r"\s*[0-9a-fA-F]{32,64}[:~^]")
_ASSIGNED: Final = re.compile(
    r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,60}(?:\s*=\s*|\()(?=[\[{]\s*[\[{\"])"
)
"""What a page or a program puts before a document: ``var users = [{``, ``callback({``."""
BRACKETS = ("[", "]", "],")
"""Lines that a JSON array begins and ends with, when it has one object a line."""
SAID = re.compile(r"sep=(.)", re.IGNORECASE)
"""What Excel puts first: the line says the separator, and is no row."""
_MOST: Final = 0.6
"""The share of the sample's lines that must agree on a form; leaked files have rubbish in them."""
_AGREED: Final = 0.8
"""The share of lines that a separator must fit, for pairs with several to be ruled out."""
HEADER_LINES: Final = 20
"""How far down the names of the columns are looked for."""
_ROWS: Final = 50
"""Records of each table or document that are looked at."""


class TooManyColumns(Invalid):
    """The file has more than {most} columns."""

    code = "too_many_columns"
    next_step = (
        "Cut out the columns that hold addresses, phones, customer numbers and secrets, and open "
        "an incident from those."
    )


class LeakShape(StrEnum):
    """The forms of file that are read."""

    SEPARATED = "separated"
    JSON_LINES = "json lines"
    JSON = "json"
    SQL = "sql dump"
    PAIRS = "pairs"
    NAMED = "named lines"
    TEXT = "text"


WORDS: Final = {
    LeakShape.SEPARATED: "A table",
    LeakShape.JSON_LINES: "JSON, an object in each line",
    LeakShape.JSON: "A JSON document",
    LeakShape.SQL: "An SQL dump",
    LeakShape.PAIRS: "An e-mail address and a secret in each line",
    LeakShape.NAMED: "Records of a name and a value in each line",
    LeakShape.TEXT: "Text without columns, which is searched",
}
"""What a form is called."""


@dataclass(frozen=True, slots=True)
class LeakFileFormat:
    """How to read the file. ``header``: the names of its columns, or () when the
    first line is data already.

    ``columns``: how many; for JSON and dumps the header has the names met in the sample, in a dump
    as ``table.column``. ``depth``: how deep in brackets the records of a JSON document begin.
    """

    shape: LeakShape
    separator: str
    columns: int
    header: tuple[str, ...]
    depth: int = 0


def detect_format(sample: Sequence[str]) -> LeakFileFormat:
    """Return the form of a file from some of its first lines (blank ones are passed over).

    Raises:
        TooManyColumns: it has more than ``limits.LEAK_COLUMNS``.
    """
    kept = [line for line in sample if line.strip()]
    if not kept:
        return LeakFileFormat(LeakShape.SEPARATED, ",", 1, ())
    # Records first: their commas and colons would pass for separators. Columns last, for they fit
    # anything.
    form = _of_records(kept) or _of_named(sample) or _of_pairs(kept) or _of_columns(kept)
    if form.columns > limits.LEAK_COLUMNS:
        raise TooManyColumns(most=limits.LEAK_COLUMNS)
    return form


def _of_records(kept: Sequence[str]) -> LeakFileFormat | None:
    inside = [line for line in kept if line.strip() not in BRACKETS]
    objects = [item for item in map(json_object, inside) if item is not None]
    by_address = any("@" in name for item in objects for name in item)
    if objects and len(objects) >= _MOST * len(inside) and not by_address:
        return _json(LeakShape.JSON_LINES, objects, 0)
    text = "\n".join(kept)
    if text.lstrip()[:1] in ("{", "[") or _ASSIGNED.match(text):
        depth = json_depth(text.encode("utf-8", "replace"))
        objects = list(islice(document_sample(kept, depth), _ROWS))
        if objects or not by_address:
            return _json(LeakShape.JSON, objects, depth) if objects else None
    if by_address:  # a name, and a secret as its value
        return LeakFileFormat(LeakShape.TEXT, "", 1, ())
    if is_like_sql(text.encode("utf-8", "replace")):
        header = _tables(sql_sample(kept))
        return LeakFileFormat(LeakShape.SQL, "", len(header), header) if header else None
    return None


def _json(shape: LeakShape, objects: Sequence[dict[str, str]], depth: int) -> LeakFileFormat | None:
    names = tuple(dict.fromkeys(name for item in objects for name in item))
    # Where a person's address is the name of a value, the names are no names of columns.
    if any("@" in name for name in names):
        return LeakFileFormat(LeakShape.TEXT, "", 1, ())
    return LeakFileFormat(shape, "", len(names), names, depth)


def document_sample(lines: Sequence[str], depth: int) -> Iterator[dict[str, str]]:
    """Yield the objects of a document's first lines."""
    for record, before in json_objects(["\n".join(lines).encode("utf-8", "replace")], depth):
        named = with_name(record, before) if record else b""
        if named and (item := json_object(named.decode("utf-8", "replace"))) is not None:
            yield item


def sql_sample(lines: Sequence[str]) -> Iterator[SqlRow]:
    """Yield some rows of each table in a dump's first lines."""
    taken: Counter[str] = Counter()
    for row in sql_rows(["\n".join(lines).encode("utf-8", "replace")]):
        if isinstance(row, SqlRow) and taken[row.table] < _ROWS:
            taken[row.table] += 1
            yield row


def _tables(rows: Iterator[SqlRow]) -> tuple[str, ...]:
    """Return the columns of those tables that fit a page, tables with addresses first: of the rows
    of the others each is searched."""
    columns: dict[str, list[str]] = {}
    addressed: set[str] = set()
    for row in rows:
        columns.setdefault(row.table, [])
        columns[row.table] += [name for name in row.values if name not in columns[row.table]]
        if any(matches("email", value.strip()) for value in row.values.values()):
            addressed.add(row.table)
    names: list[str] = []
    for table in sorted(columns, key=lambda table: table not in addressed):
        if not names or len(names) + len(columns[table]) <= limits.LEAK_COLUMNS:
            names += [f"{table}.{name}" for name in columns[table]]
    return tuple(names)


def _of_named(sample: Sequence[str]) -> LeakFileFormat | None:
    if not named.are_named(sample):
        return None
    numbered = (LeakLine(number, line) for number, line in enumerate(sample, 1))
    names = Counter(
        name
        for record in named.named_records(numbered)
        if isinstance(record, named.NamedRecord)
        for name in record.values
    )
    # Most are words of a text before a colon: those are searched.
    header = tuple(name for name, _ in names.most_common(limits.LEAK_COLUMNS // 3))
    return LeakFileFormat(LeakShape.NAMED, "", len(header), header) if header else None


def _of_pairs(kept: Sequence[str]) -> LeakFileFormat | None:
    if sum(1 for line in kept if _COLON.match(line)) >= _MOST * len(kept):
        separator, columns, share = _separator(kept)
        # "address:secret:place" in every line is a table; a colon now and then is in the secret.
        if not (separator == ":" and columns > 2 and share >= _AGREED):
            return LeakFileFormat(LeakShape.PAIRS, ":", 2, ())
        return None
    # Whoever named the columns meant a table, even if its secrets hold the separator.
    if names_columns(kept[0]) or sum(1 for line in kept if PAIR.match(line)) < _MOST * len(kept):
        return None
    _, _, share = _separator(kept)
    return None if share >= _AGREED else LeakFileFormat(LeakShape.PAIRS, "", 2, ())


def names_columns(line: str) -> bool:
    """Whether a line has nothing but names that columns are known by, whatever stands between."""
    cells = [cell.strip(" \"'") for cell in re.split(r"[:;,|\t]", line)]
    return len(cells) > 1 and all(is_known_name(cell) for cell in cells)


def _of_columns(kept: Sequence[str]) -> LeakFileFormat:
    declared = SAID.fullmatch(kept[0].strip())
    if declared is not None and len(kept) > 1:
        kept = kept[1:]
        counts = Counter(len(split_line(line, declared[1])) for line in kept)
        separator, columns = declared[1], counts.most_common(1)[0][0]
    else:
        separator, columns, _ = _separator(kept)
    rows = [
        [plain_cell(cell) for cell in split_line(line, separator)]
        for line in whole_rows(kept, separator)
    ]
    header = _header(rows, columns)
    return LeakFileFormat(LeakShape.SEPARATED, separator, columns, header)


def _header(rows: Sequence[Sequence[str]], columns: int) -> tuple[str, ...]:
    """Return the names of the columns: the first row, or, of names that files are known to use, one
    of those below it: whoever passes a file on puts something of theirs above."""
    for place, row in enumerate(rows[:HEADER_LINES]):
        wide = len(row) == columns
        if wide and (is_header(row, rows[1:]) if not place else columns > 1 and _are_known(row)):
            return tuple(row)
    return ()


def _are_known(row: Sequence[str]) -> bool:
    """Whether most of a row are names that columns are known by, and none could be a value."""
    named = [cell for cell in row if cell]
    known = sum(map(is_known_name, named))
    return 2 * known > len(named) and all(_NAME.fullmatch(cell) for cell in named)


def _separator(all_lines: Sequence[str]) -> tuple[str, int, float]:
    """Return the separator that gives most lines the same number of columns, that number, and the
    share of lines that have it."""
    best, columns, agreed = ",", 1, 0.0
    for separator in _SEPARATORS:
        if max(line.count(separator) for line in all_lines) == 0:
            continue
        lines = whole_rows(all_lines, separator)
        # A wide line is counted and not split: it has too many columns whatever they hold.
        counts = Counter(
            wide + 1
            if (wide := line.count(separator)) > 4 * limits.LEAK_COLUMNS
            else len(split_line(line, separator))
            for line in lines
        )
        count, times = max(
            counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0])
        )
        share = times / len(lines)
        if count > 1 and (share, count) > (agreed, columns) and _separates(separator, lines):
            best, columns, agreed = separator, count, share
    return best, columns, agreed


def _separates(separator: str, lines: Sequence[str]) -> bool:
    """Whether a separator is one: a colon stands in times and links too."""
    return separator not in _SELDOM or (
        sum(1 for line in lines if "@" in line or _DIGEST.match(line)) >= _MOST * len(lines)
    )


_NAME: Final = re.compile(r"[^\W\d][\w .()/#-]{0,59}")


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns.

    Names that could be anybody's are believed only when the rows below look different from them, or
    when the others are names that files are known to use: shown as a column's name, a person's own
    would be on the page.
    """
    named = [cell for cell in cells if cell]
    if (
        not named
        or len(set(named)) != len(named)
        or not all(_NAME.fullmatch(cell) for cell in named)
    ):
        return False
    known = [cell for cell in named if is_known_name(cell)]
    # Of half of them only those tell that are no word which people take for a password.
    certain = [cell for cell in known if not is_secret_name(cell)]
    if 2 * len(known) > len(named) or 2 * len(certain) == len(named):
        return True
    if any("_" in cell for cell in known):
        return True
    return any(
        not is_content_like(kind, cell) and _is_mostly(kind, _column(rows, place))
        for place, cell in enumerate(cells)
        if cell
        for kind in ("email", "phone", "password_hash", "ip_address")
    ) or any(
        "@" not in cell and _have_addresses(_column(rows, place))
        for place, cell in enumerate(cells)
        if cell
    )


def _have_addresses(values: Sequence[str]) -> bool:
    with_sign = sum(1 for value in values if "@" in value)
    return bool(values) and with_sign >= _MOST * len(values)


def _is_mostly(kind: str, values: Sequence[str]) -> bool:
    fitting = sum(1 for value in values if is_content_like(kind, value))
    return bool(values) and fitting >= _MOST * len(values)


def _column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows[:_ROWS] if place < len(row) and row[place].strip()]
