"""Reading a customer file: each row becomes a person's values, or a list of problems. Nothing is lost in silence.

Streaming and bounded: one row in memory, lines no longer than ``limits.CSV_LINE_BYTES``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.limits import CSV_LINE_BYTES, FIELD_BYTES
from aboveboard.vault import normalise
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

    ``kinds``: field to the kind the promise gives it (``email``, ``phone``, ``date``, …).

    Raises:
        FileRefused: no header, a column nobody decided about, a field the promise does not have.
    """
    for column, field in mapping.columns.items():
        if field not in kinds:
            raise FileRefused(
                file=name, why=f"the column {column} would fill `{field}`, which the promise does not have",
                fix="Drop the column in the mapping, or add the field and its purpose to the promise.",
            )  # fmt: skip
    reader = csv.reader(_lines(file, name), strict=True)
    header = _header(reader, name, mapping)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(reader.line_num, {}, (RowProblem("", "not_csv", f"The line is not well-formed: {error}."),))
            continue
        if cells:
            yield _row(reader.line_num, cells, header, mapping, kinds)


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
    for column in header:
        if column not in mapping.columns and column not in mapping.dropped:
            raise FileRefused(
                file=name, why=f"nobody decided about the column {column[:40]!r}",
                fix="Add it to the mapping, under `columns:` or under `dropped:` with the reason.",
            )  # fmt: skip
    for column in mapping.columns:
        if column not in header:
            raise FileRefused(file=name, why=f"the column {column!r} is missing", fix="Check the header line, or change the mapping.")
    if len(set(header)) != len(header):
        raise FileRefused(file=name, why="a column stands in the header twice", fix="Give each column a name of its own.")
    return header


def _row(line: int, cells: list[str], header: list[str], mapping: mappings.Mapping, kinds: Mapping[str, str]) -> Row:
    if len(cells) != len(header):
        sentence = f"The line has {len(cells)} values; the header has {len(header)} columns."
        return Row(line, {}, (RowProblem("", "wrong_count", sentence),))
    values, problems = {}, []
    for column, cell in zip(header, cells, strict=True):
        field = mapping.columns.get(column)
        text = cell.strip()
        if field is None or not text:
            continue
        problem = _check(field, kinds[field], text)
        if problem:
            problems.append(problem)
        else:
            values[field] = text
    if not problems and mapping.identify_by not in values:
        sentence = f"{mapping.identify_by} is empty, so nobody could find this person again."
        problems.append(RowProblem(mapping.identify_by, "missing", sentence))
    return Row(line, values, tuple(problems))


def _check(field: str, kind: str, text: str) -> RowProblem | None:
    if "�" in text or "\x00" in text:
        return RowProblem(field, "not_text", f"{field} holds bytes that are not UTF-8 text.")
    if len(text.encode()) > FIELD_BYTES:
        return RowProblem(field, "too_long", f"{field} is longer than {FIELD_BYTES} bytes.")
    if kind == "email" and normalise.email(text) is None:
        return RowProblem(field, "not_email", f"{field} is not an e-mail address such as name@example.org.")
    if kind == "date" and not _is_date(text):
        return RowProblem(field, "not_date", f"{field} is not a date written as 1984-05-31.")
    return None


def _is_date(text: str) -> bool:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return date(1880, 1, 1) <= found <= datetime.now().astimezone().date()


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
