"""Rows of a leaked file, and the reasons of those that could not be read.

Every line that is not blank ends as exactly one of: part of a :class:`LeakRow`, or an
:class:`UnreadLine` with its number and a reason. A reason never quotes the line. A quote left open,
a line of rubbish or a repeated header costs its own line and no other; and its text goes with it,
to be searched for people all the same. Of a JSON document or a dump the records are numbered, since
many stand in one line or one in many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import dropwhile, islice
from typing import IO, NamedTuple

from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.incidents import limits
from aboveboard.incidents.leaks import form as forms
from aboveboard.incidents.leaks.blocks import LineBlock
from aboveboard.incidents.leaks.cells import leaves_quote_open, plain_cell, split_line
from aboveboard.incidents.leaks.columns import is_known_name
from aboveboard.incidents.leaks.form import LeakFileFormat, LeakShape
from aboveboard.incidents.leaks.lines import LeakLine, as_bytes, decode, lines, lines_of
from aboveboard.incidents.leaks.named import named_records
from aboveboard.incidents.leaks.objects import BY_NAME, json_object, with_name
from aboveboard.incidents.leaks.records import SqlRow, is_like_sql, json_objects, sql_rows
from aboveboard.kinds.normalise import replace_surrogates


class UnreadReason(StrEnum):
    """Why a line could not be read; the sentences are :data:`SENTENCES`."""

    TOO_LONG = "too_long"
    NOT_JSON = "not_json"
    COLUMNS = "columns"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    NO_PAIR = "no_pair"
    NOT_SQL = "not_sql"
    ROUNDED = "rounded"
    NOTHING_TO_MATCH_BY = "nothing_to_match_by"


SENTENCES: dict[UnreadReason, str] = {
    UnreadReason.TOO_LONG: "The line is longer than any row of data.",
    UnreadReason.NOT_JSON: "The line is not a JSON object.",
    UnreadReason.COLUMNS: "This line has a different number of columns from the rest of the file.",
    UnreadReason.HEADER: "The line names the columns.",
    UnreadReason.REPEATED_HEADER: "The line repeats the names of the columns.",
    UnreadReason.NO_PAIR: "The line is not an address and a secret.",
    UnreadReason.NOT_SQL: "The row of the dump has a quote or a bracket that is never closed.",
    UnreadReason.ROUNDED: (
        "A spreadsheet has rounded the number in this line, so nobody can tell whose it is."
    ),
    UnreadReason.NOTHING_TO_MATCH_BY: (
        "The line has no e-mail address, phone or customer number that could be read, and no name "
        "with a date of birth."
    ),
}


@dataclass(frozen=True, slots=True)
class LeakRow:
    """One row: ``cells`` in the order of the columns, empty text where there is nothing."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that could not be read, and why. ``text`` is what it says, as long as it is looked at;
    a line too long comes in several, with the same number."""

    line: int
    reason: UnreadReason
    text: str = field(default="", repr=False, compare=False)


class JsonRecord(NamedTuple):
    """A record of a JSON document, or what stands ``between`` two, as bytes."""

    number: int
    data: bytes
    between: bool

    def __repr__(self) -> str:
        return f"JsonRecord({self.number})"


@dataclass(slots=True)
class ReadingState:
    """How far a table was read. ``begun``: whether it had a row; ``next``: the number of the line
    where the next one begins; ``until``: the first line that is not to be read, if any."""

    begun: bool = False
    next: int = 1
    until: int | None = None


def sample(stream: IO[bytes]) -> list[str]:
    """Return the first lines of the file, of those too long their beginning; the stream is read on
    from there. Of a dump they go further, since its first tables may be of nobody."""
    first: list[str] = []
    size, deep = 0, False
    for line in lines(stream):
        text = line.piece[: limits.LEAK_SAMPLE_BYTES] if line.text is None else line.text
        first.append(text)
        size += len(text)
        if not deep and (len(first) >= limits.LEAK_SAMPLE_LINES or size > limits.LEAK_SAMPLE_BYTES):
            deep = is_like_sql("\n".join(first).encode("utf-8", "replace"))
            if not deep:
                break
        if size > limits.LEAK_SAMPLE_RECORDS:
            break
    return first


def sample_rows(first: Sequence[str], form: LeakFileFormat) -> list[tuple[str, ...]]:
    """Return the sample's lines as rows, without the header and what cannot be read."""
    if form.shape is LeakShape.JSON:
        objects = islice(forms.document_sample(first, form.depth), limits.LEAK_SAMPLE_LINES)
        return [_in_order(item, form) for item in objects]
    if form.shape is LeakShape.SQL:
        return [_in_order(_named(row), form) for row in forms.sql_sample(first)]
    numbered = (
        LeakLine(number, text) for number, text in enumerate(first[: limits.LEAK_SAMPLE_LINES], 1)
    )
    read = _named_lines if form.shape is LeakShape.NAMED else _rows
    return [row.cells for row in read(numbered, form) if isinstance(row, LeakRow)]


def rows(stream: IO[bytes], form: LeakFileFormat) -> Iterator[LeakRow | UnreadLine]:
    """Yield every row, and every line that is none, in file order; memory does
    not grow with the file."""
    if form.shape in RECORDS:
        return (read_record(each, form) for each in records(stream, form))
    return _rows(lines(stream), form)


RECORDS = frozenset({LeakShape.JSON, LeakShape.SQL, LeakShape.NAMED})
"""Forms whose rows are not lines: :func:`records` finds them, and the rest is :func:`rows_of`."""


def records(stream: IO[bytes], form: LeakFileFormat) -> Iterator[JsonRecord | LeakRow | UnreadLine]:
    """Yield every record of a document or dump. Where one begins only what is before it tells, so
    this is done in turn; what each says, :func:`read_record`, in any order."""
    if form.shape is LeakShape.NAMED:
        return _named_lines(lines(stream), form)
    return _document(stream, form) if form.shape is LeakShape.JSON else _dump(stream, form)


def read_record(
    record: JsonRecord | LeakRow | UnreadLine, form: LeakFileFormat
) -> LeakRow | UnreadLine:
    """Return the row of a record, or why it is none."""
    if not isinstance(record, JsonRecord):
        return record
    text = decode(record.data)
    if record.between:
        return UnreadLine(record.number, UnreadReason.NOT_JSON, text)
    return _json(record.number, text, form)


def rows_of(
    block: LineBlock, form: LeakFileFormat, state: ReadingState
) -> Iterator[LeakRow | UnreadLine]:
    """Yield what begins in one block of the lines of a file, as :func:`rows` does.

    ``state``: what came before it; afterwards it says where the block below begins.
    """
    start, state.until = max(state.next, block.first), block.end
    read = lines_of(iter([block.data + block.below]), first=block.first)
    return _rows(dropwhile(lambda line: line.number < start, read), form, state)


def _rows(
    numbered: Iterator[LeakLine], form: LeakFileFormat, state: ReadingState | None = None
) -> Iterator[LeakRow | UnreadLine]:
    if form.shape is LeakShape.SEPARATED:
        yield from _separated(numbered, form, state or ReadingState())
        return
    read = {LeakShape.JSON_LINES: _json, LeakShape.PAIRS: _pair, LeakShape.TEXT: _text}[form.shape]
    for line in numbered:
        if line.text is None:
            yield UnreadLine(line.number, UnreadReason.TOO_LONG, line.piece)
        elif (
            line.text.strip()
            and not (form.shape is LeakShape.JSON_LINES and line.text.strip() in forms.BRACKETS)
            # A first line of known column names is no line of anybody, also where the rest are
            # pairs.
            and not (line.number == 1 and forms.names_columns(line.text))
        ):
            yield read(line.number, line.text, form)


def _named_lines(
    numbered: Iterator[LeakLine], form: LeakFileFormat
) -> Iterator[LeakRow | UnreadLine]:
    for record in named_records(numbered):
        if isinstance(record, LeakLine):
            yield UnreadLine(record.number, UnreadReason.TOO_LONG, record.piece)
        else:
            cells = _in_order(record.values, form)
            yield LeakRow(record.line, (*cells, record.rest) if record.rest else cells)


def _document(stream: IO[bytes], form: LeakFileFormat) -> Iterator[JsonRecord]:
    number = 0
    for record, before in json_objects(as_bytes(stream), form.depth):
        # What stands around the records is part of the file, and may name somebody too.
        if b"@" in before or not record:
            number += 1
            text = decode(before)
            keyed = bool(record) and form.header[:1] == (BY_NAME,)
            if not keyed and ("@" in text or any(sign.isalnum() for sign in text)):
                yield JsonRecord(number, before, between=True)
        if record:
            number += 1
            yield JsonRecord(number, with_name(record, before), between=False)


def _dump(stream: IO[bytes], form: LeakFileFormat) -> Iterator[LeakRow | UnreadLine]:
    known = {name.rpartition(".")[0] for name in form.header}
    for number, row in enumerate(sql_rows(as_bytes(stream)), 1):
        if isinstance(row, bytes):
            yield UnreadLine(number, UnreadReason.NOT_SQL, decode(row))
        elif row.table in known:
            yield LeakRow(number, _in_order(_named(row), form))
        else:
            # A table that the sample did not have, so nobody said what its columns are.
            yield UnreadLine(number, UnreadReason.COLUMNS, "\n".join(row.values.values()))


def _named(row: SqlRow) -> dict[str, str]:
    return {f"{row.table}.{name}": replace_surrogates(value) for name, value in row.values.items()}


def _in_order(record: Mapping[str, str], form: LeakFileFormat) -> tuple[str, ...]:
    """Return a record's values in the order of the columns; those that no column is for come at the
    end, so that they are searched."""
    rest = (value for name, value in record.items() if name not in form.header)
    return (*(record.get(name, "") for name in form.header), *rest)


def _json(number: int, text: str, form: LeakFileFormat) -> LeakRow | UnreadLine:
    record = json_object(text)
    return (
        UnreadLine(number, UnreadReason.NOT_JSON, text)
        if record is None
        else LeakRow(number, _in_order(record, form))
    )


def _pair(number: int, text: str, form: LeakFileFormat) -> LeakRow | UnreadLine:
    # A secret may hold any separator; an address may not.
    pair = forms.PAIR.fullmatch(text.strip())
    return (
        UnreadLine(number, UnreadReason.NO_PAIR, text)
        if pair is None
        else LeakRow(number, (pair[1], pair[2].strip()))
    )


def _text(number: int, text: str, form: LeakFileFormat) -> LeakRow | UnreadLine:
    return LeakRow(number, (text,))


def _separated(
    numbered: Iterator[LeakLine], form: LeakFileFormat, state: ReadingState
) -> Iterator[LeakRow | UnreadLine]:
    waiting: list[LeakLine] = []
    while True:
        line = waiting.pop(0) if waiting else next(numbered, None)
        if line is None or (state.until is not None and line.number >= state.until):
            return
        state.next = line.number + 1
        if line.text is None:
            yield UnreadLine(line.number, UnreadReason.TOO_LONG, line.piece)
            continue
        if not line.text.strip():
            continue
        if line.number == 1 and forms.SAID.fullmatch(line.text.strip()):
            continue
        cells = split_line(line.text, form.separator)
        if leaves_quote_open(line.text, form.separator):
            joined, used = _join(line, waiting, numbered, form)
            if joined is not None:
                state.next = waiting[used - 1].number + 1
                del waiting[:used]
                cells = joined
        headed = _is_header(cells, form.header)
        if headed:
            if state.begun:
                yield UnreadLine(line.number, UnreadReason.REPEATED_HEADER, line.text)
            elif not any(is_known_name(cell) for cell in form.header):
                # Taken for names because the rows below look different: it may be somebody's.
                yield UnreadLine(line.number, UnreadReason.HEADER, line.text)
        elif (fitted := _fit(cells, form.columns)) is not None:
            yield LeakRow(line.number, fitted)
        elif line.number > 1 or not forms.names_columns(line.text):
            yield UnreadLine(line.number, UnreadReason.COLUMNS, line.text)
        # What stands above the names of the columns begins nothing.
        above = bool(form.header) and not headed and line.number < forms.HEADER_LINES
        state.begun = state.begun or not above


def _is_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    return (
        len(cells) == len(header)
        and plain_cell(cells[0]) == header[0]
        and all(plain_cell(cell) == name for cell, name in zip(cells, header, strict=True))
    )


def _join(
    line: LeakLine, waiting: list[LeakLine], numbered: Iterator[LeakLine], form: LeakFileFormat
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
        # The bound of a single line holds for a joined row as well, or one stray quote would gather
        # the file into memory.
        if more is None or len(text) + len(more) > CSV_LINE_BYTES:
            return None, 0
        text = f"{text}\n{more}"
        if text.count('"') % 2 == 0:
            cells = split_line(text, form.separator)
            # Two stray marks also add up to an even number: lines that are
            # rows by themselves stay so.
            rows = all(
                _fit(split_line(part, form.separator), form.columns) for part in text.split("\n")
            )
            return (cells, used) if len(cells) == form.columns and not rows else (None, 0)
    return None, 0


def _fit(cells: Sequence[str], columns: int) -> tuple[str, ...] | None:
    """Return the cells of a row as wide as the file; empty ones too many at the end are dropped.

    A row that is too short is not filled up: nobody can say which of its cells is missing.
    """
    if len(cells) == columns:
        return tuple(cells)
    if len(cells) < columns or any(cell.strip() for cell in cells[columns:]):
        return None
    return tuple(cells[:columns])
