"""Rows of a leaked file, and the reasons of those that could not be read.

Every line that is not blank ends as exactly one of: part of a :class:`Row`, or an :class:`Unread`
with its number and a reason. A reason never quotes the line. A quote left open, a line of rubbish
or a repeated header costs its own line and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import IO

from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.incidents import limits
from aboveboard.incidents.leaks import form as forms
from aboveboard.incidents.leaks.form import LeakForm, LeakShape
from aboveboard.incidents.leaks.lines import LeakLine, lines


class UnreadReason(StrEnum):
    """Why a line could not be read; the sentences are :data:`SENTENCES`."""

    TOO_LONG = "too_long"
    NOT_JSON = "not_json"
    COLUMNS = "columns"
    REPEATED_HEADER = "repeated_header"
    NO_PAIR = "no_pair"
    NOTHING_TO_MATCH_BY = "nothing_to_match_by"


SENTENCES: dict[UnreadReason, str] = {
    UnreadReason.TOO_LONG: "The line is longer than any row of data.",
    UnreadReason.NOT_JSON: "The line is not a JSON object.",
    UnreadReason.COLUMNS: "The line has another number of columns than the file.",
    UnreadReason.REPEATED_HEADER: "The line repeats the names of the columns.",
    UnreadReason.NO_PAIR: "The line is not an address, a colon and a secret.",
    UnreadReason.NOTHING_TO_MATCH_BY: (
        "The line has no e-mail address, phone or customer number that could be read."
    ),
}


@dataclass(frozen=True, slots=True)
class LeakRow:
    """One row: ``cells`` in the order of the columns, empty text where there is nothing."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that could not be read, and why."""

    line: int
    reason: UnreadReason


def sample(stream: IO[bytes]) -> list[str]:
    """Return the first lines of the file, those too long left out; the stream
    is read on from there."""
    return [
        line.text
        for line in islice(lines(stream), limits.LEAK_SAMPLE_LINES)
        if line.text is not None
    ]


def sample_rows(first: Sequence[str], form: LeakForm) -> list[tuple[str, ...]]:
    """Return the sample's lines as rows, without the header and what cannot be read."""
    numbered = (LeakLine(number, text) for number, text in enumerate(first, 1))
    return [row.cells for row in _rows(numbered, form) if isinstance(row, LeakRow)]


def rows(stream: IO[bytes], form: LeakForm) -> Iterator[LeakRow | UnreadLine]:
    """Yield every row, and every line that is none, in file order; memory does
    not grow with the file."""
    return _rows(lines(stream), form)


def _rows(numbered: Iterator[LeakLine], form: LeakForm) -> Iterator[LeakRow | UnreadLine]:
    if form.shape is LeakShape.SEPARATED:
        yield from _separated(numbered, form)
        return
    read = _json if form.shape is LeakShape.JSON_LINES else _pair
    for line in numbered:
        if line.text is None:
            yield UnreadLine(line.number, UnreadReason.TOO_LONG)
        elif line.text.strip() and not (
            form.shape is LeakShape.JSON_LINES and line.text.strip() in forms.BRACKETS
        ):
            yield read(line.number, line.text, form)


def _json(number: int, text: str, form: LeakForm) -> LeakRow | UnreadLine:
    found = forms.json_object(text)
    return (
        UnreadLine(number, UnreadReason.NOT_JSON)
        if found is None
        else LeakRow(number, tuple(found.get(name, "") for name in form.header))
    )


def _pair(number: int, text: str, form: LeakForm) -> LeakRow | UnreadLine:
    # A secret may hold colons; an address may not.
    left, colon, right = text.strip().partition(form.separator)
    return (
        LeakRow(number, (left, right))
        if colon and "@" in left
        else UnreadLine(number, UnreadReason.NO_PAIR)
    )


def _separated(numbered: Iterator[LeakLine], form: LeakForm) -> Iterator[LeakRow | UnreadLine]:
    waiting: list[LeakLine] = []
    first = True
    while True:
        line = waiting.pop(0) if waiting else next(numbered, None)
        if line is None:
            return
        if line.text is None:
            yield UnreadLine(line.number, UnreadReason.TOO_LONG)
            continue
        if not line.text.strip():
            continue
        cells = forms.split(line.text, form.separator)
        if forms.leaves_quote_open(line.text, form.separator):
            joined, used = _join(line, waiting, numbered, form)
            if joined is not None:
                del waiting[:used]
                cells = joined
        if form.header and tuple(cell.strip() for cell in cells) == form.header:
            if not first:
                yield UnreadLine(line.number, UnreadReason.REPEATED_HEADER)
        elif (fitted := _fit(cells, form.columns)) is not None:
            yield LeakRow(line.number, fitted)
        else:
            yield UnreadLine(line.number, UnreadReason.COLUMNS)
        first = False


def _join(
    line: LeakLine, waiting: list[LeakLine], numbered: Iterator[LeakLine], form: LeakForm
) -> tuple[list[str] | None, int]:
    """Try to close an open quote with the lines below; give them all back when that makes no row.

    ``waiting`` grows by the lines looked at; the caller drops the ``used`` ones
    that became part of the row.
    """
    text = line.text or ""
    for used in range(1, limits.LEAK_ROW_LINES):
        while len(waiting) < used:
            below = next(numbered, None)
            if below is None:
                return None, 0
            waiting.append(below)
        more = waiting[used - 1].text
        if more is None or len(text) + len(more) > CSV_LINE_BYTES:
            return None, 0
        text = f"{text}\n{more}"
        if text.count('"') % 2 == 0:
            cells = forms.split(text, form.separator)
            # Two stray marks also add up to an even number: lines that are
            # rows by themselves stay so.
            rows = all(
                _fit(forms.split(part, form.separator), form.columns) for part in text.split("\n")
            )
            return (cells, used) if len(cells) == form.columns and not rows else (None, 0)
    return None, 0


def _fit(cells: Sequence[str], columns: int) -> tuple[str, ...] | None:
    """Return the cells of a row as wide as the file; empty ones too many at the end are dropped.

    A row that is too short is not filled up: nobody can say which of its cells is missing.
    """
    if len(cells) < columns or any(cell.strip() for cell in cells[columns:]):
        return None
    return tuple(cells[:columns])
