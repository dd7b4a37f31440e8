"""Reading a customer file: each row becomes a person's values, or a list of problems. Nothing is lost in silence.

Streaming and bounded: one row in memory, lines no longer than ``limits.CSV_LINE_BYTES``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.limits import CSV_LINE_BYTES, FIELD_BYTES
from aboveboard.promise.model import FieldKind
from aboveboard.vault.kinds import addresses
from aboveboard.vault.kinds.misfit import Misfit
from aboveboard.vault.kinds.values import Reader, reader
from aboveboard.vault.loading import mapping as mappings


class FileRefused(AboveboardError):
    """The file {file} cannot be read: {why}."""

    code = "file_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was not loaded: what was expected, never what the row said."""

    field: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (1 is the header), and its values by field, or its problems."""

    line: int
    values: Mapping[str, str]
    problems: tuple[RowProblem, ...]


def read(file: BinaryIO, name: str, mapping: mappings.Mapping, kinds: Mapping[str, str]) -> Iterator[Row]:
    """Yield every row of a comma-separated file with a header line.

    ``kinds``: field to the kind the promise gives it, with its format (``email``, ``national_id:gb.nino``, …).

    Raises:
        FileRefused: no header, a column nobody decided about, a field the promise does not have.
    """
    _check_fields(name, mapping, kinds)
    lines = csv.reader(_lines(file, name), strict=True)
    plan = _Plan(_header(lines, name, mapping), mapping, {field: reader(kinds[field], dates=mapping.dates) for field in mapping.fields()})
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(lines.line_num, {}, (RowProblem("", "not_csv", f"The line is not well-formed: {error}."),))
            continue
        if cells:
            yield _row(lines.line_num, cells, plan)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What each row is read by: the header, the mapping, and what reads each field."""

    header: list[str]
    mapping: mappings.Mapping
    readers: Mapping[str, Reader]


def _check_fields(name: str, mapping: mappings.Mapping, kinds: Mapping[str, str]) -> None:
    for field in mapping.fields():
        if field not in kinds:
            column = next(column for column, filled in [*mapping.columns.items(), ("joined", field)] if filled == field)
            raise FileRefused(
                file=name, why=f"the column {column} would fill `{field}`, which the promise does not have",
                fix="Drop the column in the mapping, or add the field and its purpose to the promise.",
            )  # fmt: skip
        if field in mapping.joined and kinds[field] != FieldKind.POSTAL_ADDRESS:
            raise FileRefused(
                file=name, why=f"several columns would fill `{field}`, which is no postal_address",
                fix="Give each column a field of its own, or make the field one of that kind in the promise.",
            )  # fmt: skip


def _header(reader: Iterator[list[str]], name: str, mapping: mappings.Mapping) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader)]
    except StopIteration:
        raise FileRefused(file=name, why="it has no header line", fix="Put the names of the columns in the first line.") from None
    except csv.Error as error:
        raise FileRefused(
            file=name, why=f"its header line is not well-formed ({error})", fix="Check the quotes in the first line."
        ) from None
    if not any(header):
        raise FileRefused(file=name, why="its first line is empty", fix="Put the names of the columns in the first line.")
    if any("�" in cell or "\x00" in cell for cell in header):
        raise FileRefused(file=name, why="its header line is not UTF-8 text", fix="Save the file as UTF-8.")
    named = mapping.columns.keys() | mapping.dropped.keys() | {column for columns in mapping.joined.values() for column in columns}
    for column in header:
        if column not in named:
            raise FileRefused(
                file=name, why=f"nobody decided about the column {column[:40]!r}",
                fix="Add it to the mapping, under `columns:` or under `dropped:` with the reason.",
            )  # fmt: skip
    for column in named - mapping.dropped.keys():
        if column not in header:
            raise FileRefused(file=name, why=f"the column {column!r} is missing", fix="Check the header line, or change the mapping.")
    if len(set(header)) != len(header):
        raise FileRefused(file=name, why="a column stands in the header twice", fix="Give each column a name of its own.")
    return header


def _row(line: int, cells: list[str], plan: _Plan) -> Row:
    header, mapping = plan.header, plan.mapping
    if len(cells) != len(header):
        sentence = f"The line has {len(cells)} values; the header has {len(header)} columns."
        return Row(line, {}, (RowProblem("", "wrong_count", sentence),))
    values: dict[str, str] = {}
    problems = []
    for field, text in _texts(cells, header, mapping):
        problem = _taken(values, field, text, plan.readers[field])
        if problem:
            problems.append(problem)
    if not problems and mapping.identify_by not in values:
        sentence = f"{mapping.identify_by} is empty, so nobody could find this person again."
        problems.append(RowProblem(mapping.identify_by, "missing", sentence))
    return Row(line, values, tuple(problems))


def _texts(cells: list[str], header: list[str], mapping: mappings.Mapping) -> Iterator[tuple[str, str]]:
    """Yield each field that the row fills, with its text; several columns of an address are one text of lines."""
    for column, cell in zip(header, cells, strict=True):
        field, text = mapping.columns.get(column), cell.strip()
        if field is not None and text:
            yield field, text
    for field, columns in mapping.joined.items():
        text = addresses.joined(cells[header.index(column)] for column in columns)
        if text:
            yield field, text


def _taken(values: dict[str, str], field: str, text: str, read_value: Reader) -> RowProblem | None:
    """Put what is to be sealed of a text into ``values``, or say why not."""
    if "\ufffd" in text or "\x00" in text:
        return RowProblem(field, "not_text", f"{field} holds bytes that are not UTF-8 text.")
    if len(text) * 4 > FIELD_BYTES and len(text.encode()) > FIELD_BYTES:
        return RowProblem(field, "too_long", f"{field} is longer than {FIELD_BYTES} bytes.")
    try:
        values[field] = read_value(text)
    except Misfit as misfit:
        return RowProblem(field, misfit.code, f"{field} is not {misfit.expected}.")
    return None


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    first = True
    while line := file.readline(CSV_LINE_BYTES):
        if len(line) == CSV_LINE_BYTES and not line.endswith(b"\n"):
            if first and b"\r" in line:
                raise _bare_return(name)
            raise FileRefused(file=name, why=f"a line is longer than {CSV_LINE_BYTES} bytes", fix="Check that it is a CSV file.")
        if first and b"\r" in line.removesuffix(b"\n").removesuffix(b"\r"):
            raise _bare_return(name)
        yield line.decode("utf-8-sig" if first else "utf-8", errors="replace")
        first = False


def _bare_return(name: str) -> FileRefused:
    return FileRefused(
        file=name, why="its header line holds a carriage return (CR) that ends no line",
        fix="Save the file with the line ends LF or CR LF.",
    )  # fmt: skip


def count_lines(chunks: Iterable[bytes]) -> int:
    """Return how many lines there are, for a progress bar."""
    return sum(chunk.count(b"\n") for chunk in chunks)
