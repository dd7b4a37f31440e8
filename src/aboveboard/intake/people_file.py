"""Reading a customer file: each row becomes a person's values, or a list of problems.
Nothing is lost in silence.

Streaming and bounded: a block of rows in memory (``blocks``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import BinaryIO

from aboveboard.intake import file_form, mangled
from aboveboard.intake import mapping as mappings
from aboveboard.intake.blocks import FileRefused, LineReader, blocks
from aboveboard.kinds import addresses, values
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.vault.limits import FIELD_BYTES, JURISDICTION_CHARS

__all__ = ["FileRefused", "ParsedRow", "RowProblem", "RowReader", "header", "read"]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was not loaded: what was expected, never what the row said."""

    field: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row: its line in the file (1 is the header), and its values by field, or its problems."""

    line: int
    values: Mapping[str, str]
    problems: tuple[RowProblem, ...]


class RowReader:
    """Reads the rows of blocks of one file.

    ``names``: the fields in byte order, as a sealed record has them. A row comes as its line, one
    text for each of them (empty where the person has none), and its problems.
    """

    def __init__(
        self, header: Iterable[str], mapping: mappings.ColumnMapping, kinds: Mapping[str, str]
    ) -> None:
        columns = list(header)
        self.names = tuple(sorted(mapping.fields(), key=str.encode))
        places = {
            mapping.columns[column]: place
            for place, column in enumerate(columns)
            if column in mapping.columns
        }
        self._count = len(columns)
        # The place of a joined field is filled below. One place more, so that a single
        # field gives a tuple, too.
        self._pick = itemgetter(*(places.get(name, 0) for name in self.names), 0)
        self._joined = [
            (self.names.index(name), [columns.index(part) for part in parts])
            for name, parts in mapping.joined.items()
        ]
        in_order = [*sorted(places, key=places.__getitem__), *mapping.joined]
        self._all = [(self.names.index(name), name) for name in in_order]
        readers = {name: values.reader(kinds[name], dates=mapping.dates) for name in self.names}
        self._read = [
            (at, name, readers[name]) for at, name in self._all if readers[name] is not str
        ]
        self._header = columns
        self._kinds = {name: str(kinds[name]) for name in self.names}
        self._numbers = [
            (at, name, kind)
            for at, name in self._all
            if (kind := self._kinds[name].partition(":")[0]) in mangled.NUMBERS
        ]
        self._identify, self._identify_at = (
            mapping.identify_by,
            self.names.index(mapping.identify_by),
        )
        self._mapping = mapping
        self._country_at = self.names.index(mapping.country)
        self._region_at = self.names.index(mapping.region) if mapping.region in self.names else None

    def rows(self, text: str, line: int) -> Iterator[tuple[int, list[str], tuple[RowProblem, ...]]]:
        """Yield each row of ``text``, which starts behind line ``line``."""
        reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
        # Asked once of the whole block: almost no block has either, and each cell of each row would
        # have to be searched otherwise.
        odd = "�" in text or "\x00" in text
        suspicious = mangled.is_suspicious(text)
        while True:
            first = line + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                last = line + reader.line_num
                yield last, [], (RowProblem("", "not_csv", _not_csv(error, first, last)),)
                continue
            if not cells:
                continue
            if len(cells) != self._count:
                last = line + reader.line_num
                sentence = _wrong_count(cells, self._count, first, last)
                yield last, [], (RowProblem("", "wrong_count", sentence),)
                continue
            if not any(map(str.strip, cells)):
                continue  # separators alone: a spreadsheet's empty row
            if cells == self._header:
                sentence = "The line is the header again: two files were put together."
                yield line + reader.line_num, [], (RowProblem("", "header_again", sentence),)
                continue
            texts = list(map(str.strip, self._pick(cells)))
            texts.pop()
            for at, parts in self._joined:
                texts[at] = addresses.join_lines(cells[part] for part in parts)
            problems = self._problems(texts, odd, suspicious)
            yield line + reader.line_num, texts, problems

    def place(self, texts: list[str]) -> tuple[str, str]:
        """Return where the person lives, as the file says: country and region, upper case."""
        return texts[self._country_at].upper(), texts[
            self._region_at
        ].upper() if self._region_at is not None else ""

    def _problems(self, texts: list[str], odd: bool, suspicious: bool) -> tuple[RowProblem, ...]:
        """Put what is to be sealed in the place of each text, or say why not."""
        problems = []
        if odd or max(map(len, texts)) * 4 > FIELD_BYTES:
            problems = [
                problem for at, name in self._all if (problem := _mismatch(name, texts[at]))
            ]
        country, region = self.place(texts)
        problems += self._damaged(texts, country, suspicious)
        unfit = {problem.field for problem in problems}
        for at, name, read_value in self._read:
            if (text := texts[at]) and name not in unfit:
                try:
                    texts[at] = read_value(text)
                except KindMismatch as misfit:
                    problems.append(
                        RowProblem(name, misfit.code, f"{name} is not {misfit.expected}.")
                    )
        too_long = len(country) + len(region) >= JURISDICTION_CHARS
        if (
            too_long
            and not problems
            and len(self._mapping.jurisdiction_of(country, region)) > JURISDICTION_CHARS
        ):
            name, codes = self._mapping.country, "GB for the country, CA for the region"
            problems.append(
                RowProblem(
                    name, "not_place", f"{name} or its region is not a code such as {codes}."
                )
            )
        if not problems and not texts[self._identify_at]:
            sentence = f"{self._identify} is empty, so nobody could find this person again."
            problems.append(RowProblem(self._identify, "missing", sentence))
        elif not problems and len(texts) > 1 and sum(map(bool, texts)) == 1:
            sentence = f"There is nothing but {self._identify}: a total, or a note?"
            problems.append(RowProblem(self._identify, "nothing_else", sentence))
        return tuple(problems)

    def _damaged(self, texts: list[str], country: str, suspicious: bool) -> list[RowProblem]:
        """What a spreadsheet did to the values, each named by its field."""
        damaged = []
        for at, name, kind in self._numbers:
            if text := texts[at]:
                what = mangled.find_number_damage(kind, text)
                if what is None and text.isdigit():
                    what = mangled.find_lost_zero(kind, text, country)
                if what is not None:
                    damaged.append(RowProblem(name, "mangled", f"{name} {what}"))
        if suspicious:
            damaged += [
                RowProblem(name, "mangled", f"{name} {what}")
                for at, name in self._all
                if (text := texts[at]) and (what := mangled.find_damage(self._kinds[name], text))
            ]
        return damaged


def read(
    file: BinaryIO, name: str, mapping: mappings.ColumnMapping, kinds: Mapping[str, str]
) -> Iterator[ParsedRow]:
    """Yield every row of a comma-separated file with a header line.

    ``kinds``: field to the kind the promise gives it, with its format (``email``,
    ``national_id:gb.nino``, …).

    Raises:
        FileRefused: no header, a column that the mapping does not mention, a field that the promise
            does not have.
    """
    columns, end, lines = header(file, name, mapping, kinds)
    reader = RowReader(columns, mapping, kinds)
    for block in blocks(file, name, start=end, line=lines):
        for line, texts, problems in reader.rows(
            block.data.decode("utf-8", errors="replace"), block.line
        ):
            refused = {problem.field for problem in problems}
            accepted = {
                name: text
                for name, text in zip(reader.names, texts, strict=False)
                if text and name not in refused
            }
            yield ParsedRow(line, accepted, problems)


def header(
    file: BinaryIO, name: str, mapping: mappings.ColumnMapping, kinds: Mapping[str, str]
) -> tuple[list[str], int, int]:
    """Return the columns of a file, the byte where its first row starts, and how
    many lines the header takes.

    Raises:
        FileRefused: no header, a column that the mapping does not mention, a field that the promise
            does not have.
    """
    _check_fields(name, mapping, kinds)
    file_form.check_form(file, name, _named_columns(mapping))
    lines = LineReader(file, name, encoding="utf-8-sig")
    columns = _columns(csv.reader(_checked(lines, name), strict=True), name, mapping)
    return columns, sum(map(len, lines.taken)), len(lines.taken)


def _check_fields(name: str, mapping: mappings.ColumnMapping, kinds: Mapping[str, str]) -> None:
    for field in mapping.fields():
        if field not in kinds:
            column = next(
                column
                for column, filled in [*mapping.columns.items(), ("joined", field)]
                if filled == field
            )
            raise FileRefused(
                file=name,
                why=f"the column {column} would fill `{field}`, which the promise does not have",
                fix=(
                    "Drop the column in the mapping, or add the field and its purpose to the "
                    "promise."
                ),
            )
        if field in mapping.joined and kinds[field] != FieldKind.POSTAL_ADDRESS:
            raise FileRefused(
                file=name,
                why=f"several columns would fill `{field}`, which is no postal_address",
                fix=(
                    "Give each column a field of its own, or make the field one of that kind in "
                    "the promise."
                ),
            )


def _columns(reader: Iterator[list[str]], name: str, mapping: mappings.ColumnMapping) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader)]
    except StopIteration:
        raise FileRefused(
            file=name,
            why="it has no header line",
            fix="Put the names of the columns in the first line.",
        ) from None
    except csv.Error as error:
        raise FileRefused(
            file=name,
            why=f"its header line is not well-formed ({error})",
            fix="Check the quotes in the first line.",
        ) from None
    if not any(header):
        raise FileRefused(
            file=name,
            why="its first line is empty",
            fix="Put the names of the columns in the first line.",
        )
    if any("�" in cell or "\x00" in cell for cell in header):
        raise FileRefused(
            file=name, why="its header line is not UTF-8 text", fix="Save the file as UTF-8."
        )
    named = _named_columns(mapping)
    if named.isdisjoint(header):
        # Then it may be no header but a customer, whose values must not reach the log.
        alike = next(filter(None, (file_form.nearest_name(cell, named) for cell in header)), "")
        raise FileRefused(
            file=name,
            why="its first line has none of the columns that the mapping names",
            fix=f"The mapping has {alike!r}: write it, and the others, the same way."
            if alike
            else "Put the names of the columns in the first line, or check the mapping.",
        )
    file_form.check_names(header, name, named)
    for column in header:
        if column not in named:
            alike = file_form.nearest_name(column, named)
            raise FileRefused(
                file=name,
                why=f"the mapping does not mention the column {column[:40]!r}",
                fix=f"The mapping has {alike!r}: write both the same way."
                if alike
                else "Add it to the mapping, under `columns:` or under `dropped:` with the reason.",
            )
    for column in named - mapping.dropped.keys():
        if column not in header:
            raise FileRefused(
                file=name,
                why=f"the column {column!r} is missing",
                fix="Check the header line, or change the mapping.",
            )
    return header


def _named_columns(mapping: mappings.ColumnMapping) -> frozenset[str]:
    """Return every column that the mapping mentions."""
    parts = {column for columns in mapping.joined.values() for column in columns}
    return frozenset(mapping.columns.keys() | mapping.dropped.keys() | parts)


def _not_csv(error: csv.Error, first: int, last: int) -> str:
    if "field larger" in str(error) or "unexpected end" in str(error):
        return (
            f'A double quote opens a value on line {first} and is not closed. Put another " before '
            "each one inside a value, or delete it."
        )
    where = f" It begins on line {first}." if first != last else ""
    return (
        f'The quotes are not well-formed.{where} A value that holds " or a comma stands in double '
        "quotes, and each one inside it is doubled."
    )


def _wrong_count(cells: list[str], wanted: int, first: int, last: int) -> str:
    sentence = f"The line has {len(cells)} values; the header has {wanted} columns."
    if len(cells) > wanted and not any(cells[wanted:]):
        return f"{sentence} It ends with commas too many: delete them."
    if first != last:
        return f"{sentence} It begins on line {first}: a double quote there may not be closed."
    if len(cells) > wanted:
        return f"{sentence} A value that holds a comma stands in double quotes."
    if len(cells) == 1 and any(mark in cells[0] for mark in ";\t|"):
        return f"{sentence} It is separated by something else than commas."
    return sentence


def _checked(lines: LineReader, name: str) -> Iterator[str]:
    """Yield the header's lines; a carriage return that ends no line means a
    file of another system."""
    for number, line in enumerate(_check_bare_returns(lines, name)):
        if number == 0 and "\r" in line.removesuffix("\n").removesuffix("\r"):
            raise _bare_return_refused(name)
        yield line


def _check_bare_returns(lines: LineReader, name: str) -> Iterator[str]:
    """A file with bare carriage returns is one long line: say that instead."""
    try:
        yield from lines
    except FileRefused:
        if not lines.taken and lines.last.count(b"\r"):
            raise _bare_return_refused(name) from None
        raise


def _mismatch(field: str, text: str) -> RowProblem | None:
    if "�" in text or "\x00" in text:
        return RowProblem(field, "not_text", f"{field} holds bytes that are not UTF-8 text.")
    if len(text.encode()) > FIELD_BYTES:
        return RowProblem(field, "too_long", f"{field} is longer than {FIELD_BYTES} bytes.")
    return None


def _bare_return_refused(name: str) -> FileRefused:
    return FileRefused(
        file=name,
        why="its header line holds a carriage return (CR) that ends no line",
        fix="Save the file with the line ends LF or CR LF.",
    )
