"""Reading rows out of files of each form, one after the other, and writing the same file without
some of them or with other values; whatever is not changed stays byte for byte where the form allows
it (CSV, NDJSON)."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from aboveboard.connectors.files.settings import CSV, JSON, NDJSON, PARQUET, FileRule
from aboveboard.connectors.limits import FILE_JSON_BYTES, FILE_SNIFF_BYTES

FileRow = Mapping[str, Any]
"""A row: names as the file has them. Nested tables of JSON are named by paths with dots."""
Change = Callable[[FileRow], FileRow | None]
"""What becomes of a row: itself where nothing does, another, or None where it goes."""
_DELIMITERS: Final = ",;\t|"


class FileNotReadable(ValueError):
    """A file is not of the form that it is said to be."""


def rows(opened: IO[bytes], rule: FileRule) -> Iterator[FileRow]:
    """Yield the rows of a file.

    Raises:
        FileNotReadable: it is of another form.
    """
    try:
        if rule.form == CSV:
            for _, row in _csv_rows(opened):
                if row is not None:
                    yield row
        elif rule.form == NDJSON:
            for line in opened:
                if line.strip():
                    yield flat(_table(msgspec.json.decode(line)))
        elif rule.form == JSON:
            yield from map(flat, map(_table, _json_rows(opened)))
        elif rule.form == PARQUET:
            yield from _parquet_rows(opened)
        else:
            yield from _sheet_rows(opened, rule.sheet)
    except (csv.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileNotReadable(type(error).__name__) from None


def rewrite(opened: IO[bytes], rule: FileRule, change: Change, made: IO[bytes]) -> None:
    """Write a file again, with each row as ``change`` gives it.

    Raises:
        FileNotReadable: it is of another form, or of one that is not written here (XLSX).
    """
    try:
        if rule.form == CSV:
            _rewrite_csv(opened, change, made)
        elif rule.form == NDJSON:
            for line in opened:
                row = _table(msgspec.json.decode(line)) if line.strip() else None
                made.write(line if row is None else _changed_line(row, line, change))
        elif rule.form == JSON:
            kept = [row for each in _json_rows(opened) if (row := _changed(_table(each), change))]
            made.write(json.dumps(kept, ensure_ascii=False, indent=2).encode())
        elif rule.form == PARQUET:
            _rewrite_parquet(opened, change, made)
        else:
            raise FileNotReadable("xlsx")
    except (csv.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileNotReadable(type(error).__name__) from None


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a nested table with one level, named by paths with dots."""
    values: dict[str, Any] = {}
    for name, value in table.items():
        path = f"{before}{name}"
        values.update(flat(value, f"{path}.") if isinstance(value, dict) else {path: value})
    return values


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FileNotReadable("not a table")
    return value


def _changed(table: dict[str, Any], change: Change) -> dict[str, Any] | None:
    """Return a nested table with its values changed along their paths."""
    before = flat(table)
    after = change(before)
    if after is None:
        return None
    for path, value in after.items():
        if value != before.get(path):
            *steps, last = path.split(".")
            target = table
            for step in steps:
                target = target[step]
            target[last] = value
    return table


def _changed_line(row: dict[str, Any], line: bytes, change: Change) -> bytes:
    before = msgspec.json.encode(row)
    after = _changed(row, change)
    if after is None:
        return b""
    written = msgspec.json.encode(after)
    return line if written == before else written + b"\n"


def _json_rows(opened: IO[bytes]) -> list[Any]:
    content = opened.read(FILE_JSON_BYTES + 1)
    if len(content) > FILE_JSON_BYTES:
        raise FileNotReadable("too large")
    rows_read = msgspec.json.decode(content)
    if not isinstance(rows_read, list):
        raise FileNotReadable("not a list")
    return rows_read


def _text(opened: IO[bytes]) -> tuple[io.TextIOWrapper, str]:
    """Return a file as text, and its beginning: UTF-8 or UTF-16 where it says so, UTF-8 where it is
    that, else as Windows writes it."""
    start = opened.read(FILE_SNIFF_BYTES)
    opened.seek(0)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        try:
            # The last character may be cut.
            start.decode("utf-8") if len(start) < FILE_SNIFF_BYTES else start[:-4].decode("utf-8")
            encoding = "utf-8-sig" if start.startswith(b"\xef\xbb\xbf") else "utf-8"
        except UnicodeDecodeError:
            encoding = "cp1252"
    return io.TextIOWrapper(opened, encoding, newline=""), start.decode(encoding, "replace")


def _csv_rows(opened: IO[bytes]) -> Iterator[tuple[str, FileRow | None]]:
    """Yield each record as it is written, and as a row; the heading has no row."""
    text, start = _text(opened)
    heading = start.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    taken: list[str] = []

    def taking() -> Iterator[str]:
        for line in text:
            taken.append(line)
            yield line

    names: list[str] | None = None
    try:
        for record in csv.reader(taking(), delimiter=delimiter, strict=True):
            written = "".join(taken)
            taken.clear()
            if names is None:
                names = record
                yield written, None
            elif record:
                # A record that is too short ends with nothing.
                padded = record + [""] * (len(names) - len(record))
                yield written, dict(zip(names, padded, strict=False))
            else:
                yield written, None
    finally:
        text.detach()  # also where not all of it is read: whoever opened the file closes it


def _rewrite_csv(opened: IO[bytes], change: Change, made: IO[bytes]) -> None:
    probe, start = _text(opened)
    encoding = probe.encoding
    probe.detach()
    delimiter = max(_DELIMITERS, key=start.partition("\n")[0].count)
    ending = "\r\n" if "\r\n" in start else "\n"
    output = io.TextIOWrapper(made, encoding, newline="")
    writer = csv.writer(output, delimiter=delimiter, lineterminator=ending)
    for written, row in _csv_rows(opened):
        after = row if row is None else change(row)
        if row is None or after is row:
            output.write(written)
        elif after is not None:
            writer.writerow(after.values())
    output.flush()
    output.detach()


def _local(opened: IO[bytes], folder: str) -> str:
    place = Path(folder) / "file"
    with place.open("wb") as copy:
        while chunk := opened.read(1 << 20):
            copy.write(chunk)
    return str(place)


def _parquet_rows(opened: IO[bytes]) -> Iterator[FileRow]:
    import duckdb

    # DuckDB reads files by name: a copy of our own, also of one that lies far away.
    with tempfile.TemporaryDirectory() as folder:
        place = _local(opened, folder)
        try:
            with duckdb.connect() as connection:
                read = connection.execute("SELECT * FROM read_parquet(?)", [place])
                names = [str(each[0]) for each in read.description]
                while batch := read.fetchmany(1000):
                    for values in batch:
                        yield dict(zip(names, values, strict=True))
        except duckdb.Error as error:
            raise FileNotReadable(type(error).__name__) from None


def _rewrite_parquet(opened: IO[bytes], change: Change, made: IO[bytes]) -> None:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        place, output = _local(opened, folder), str(Path(folder) / "made")
        try:
            with duckdb.connect(str(Path(folder) / "work")) as connection:
                connection.execute("CREATE TABLE t AS SELECT * FROM read_parquet(?)", [place])
                names = [str(each[0]) for each in connection.execute("SELECT * FROM t").description]
                read = connection.cursor().execute("SELECT rowid, * FROM t ORDER BY rowid")
                gone, set_to = [], []
                while batch := read.fetchmany(1000):
                    for number, *values in batch:
                        row = dict(zip(names, values, strict=True))
                        after = change(row)
                        if after is None:
                            gone.append(number)
                        elif after is not row:
                            set_to.append((number, {k: v for k, v in after.items() if v != row[k]}))
                connection.execute("DELETE FROM t WHERE rowid IN (SELECT unnest(?))", [gone])
                for number, columns in set_to:
                    for name, value in columns.items():
                        quoted = '"' + name.replace('"', '""') + '"'
                        connection.execute(
                            f"UPDATE t SET {quoted} = ? WHERE rowid = ?",  # noqa: S608 - its column
                            [value, number],
                        )
                connection.table("t").write_parquet(output)
            with Path(output).open("rb") as result:
                while chunk := result.read(1 << 20):
                    made.write(chunk)
        except duckdb.Error as error:
            raise FileNotReadable(type(error).__name__) from None


def _sheet_rows(opened: IO[bytes], sheet: str) -> Iterator[FileRow]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(opened.read()))
        lines = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python()
    except (CalamineError, IndexError) as error:
        raise FileNotReadable(type(error).__name__) from None
    names = [str(name) for name in lines[0]] if lines else []
    for line in lines[1:]:
        yield dict(zip(names, line, strict=False))
