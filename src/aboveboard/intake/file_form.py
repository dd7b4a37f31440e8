"""What kind of file was given, where it is no comma-separated file in UTF-8: said before its
columns are judged, with what to do. Pure but for reading the file's first bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from typing import BinaryIO, Final

from aboveboard.intake.blocks import FileRefused

_HEAD: Final = 64 * 1024
_SAVE: Final = "Save it as CSV in UTF-8, with commas."
_MAGIC: Final = (
    (b"\xff\xfe\x00\x00", "it is UTF-32 text", _SAVE),
    (b"\x00\x00\xfe\xff", "it is UTF-32 text", _SAVE),
    (b"\xff\xfe", "it is UTF-16 text", _SAVE),
    (b"\xfe\xff", "it is UTF-16 text", _SAVE),
    (b"\x1f\x8b", "it is compressed with gzip", "Decompress it first: gunzip FILE."),
    (b"BZh", "it is compressed with bzip2", "Decompress it first: bunzip2 FILE."),
    (b"\xfd7zXZ\x00", "it is compressed with xz", "Decompress it first: unxz FILE."),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd", "Decompress it first: unzstd FILE."),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive", "Unpack it first, and import the CSV file."),
    (b"\xd0\xcf\x11\xe0", "it is a workbook of an old Excel (.xls)", f"Open it there. {_SAVE}"),
    (b"%PDF", "it is a PDF document", "Export the customers as CSV from where they are kept."),
    (b"SQLite format 3\x00", "it is an SQLite database", "Export the table as CSV first."),
    (
        b"age-encryption.org/",
        "it is encrypted with age",
        "Decrypt it first: aboveboard export open.",
    ),
    (b"-----BEGIN AGE", "it is encrypted with age", "Decrypt it first: aboveboard export open."),
    (b"PAR1", "it is a Parquet file", "Export the table as CSV first."),
)
_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_CURLY: Final = "“”„«»‘’‚"


def check_form(file: BinaryIO, name: str, named: Collection[str]) -> None:
    """Refuse a file that is not comma-separated text, saying what it is; leave it at its start.

    ``named``: the columns that the mapping names. No cell of the file is repeated in an error that
    is not one of them: the first line may be a customer.

    Raises:
        FileRefused: it is something else, or separated by something else.
    """
    # Some first bytes only: the form shows there or nowhere, and the file may be of any size.
    head = file.read(_HEAD)
    file.seek(0)
    for magic, why, fix in _MAGIC:
        if head.startswith(magic):
            raise FileRefused(file=name, why=why, fix=fix)
    if head.startswith(b"PK\x03\x04"):
        raise _packed(head, name)
    if _is_utf16(head):
        raise FileRefused(file=name, why="it is UTF-16 text without a mark", fix=_SAVE)
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    if not text:
        raise FileRefused(
            file=name, why="it is empty", fix="Put the names of the columns in the first line."
        )
    _check_text(text, name)
    _check_separator(text.splitlines()[0], name, named)


def check_names(header: Sequence[str], name: str, named: Collection[str]) -> None:
    """Refuse a header with columns that have no name, or the same one.

    Raises:
        FileRefused: it has.
    """
    while_named = len(header)
    while while_named and not header[while_named - 1]:
        while_named -= 1
    if extra := len(header) - while_named:
        raise FileRefused(
            file=name,
            why=f"line 1 ends with {extra} columns that have no name: commas at its end",
            fix="Delete the empty columns at the end, in every line, and save it again.",
        )
    if "" in header:
        raise FileRefused(
            file=name,
            why=f"column {header.index('') + 1} of line 1 has no name",
            fix="Name it, and add it to the mapping, or delete the column.",
        )
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        places = [str(place) for place, column in enumerate(header, 1) if column == twice[0]]
        shown = repr(twice[0]) if twice[0] in named else "one name"
        raise FileRefused(
            file=name,
            why=f"{shown} stands in line 1 twice, in columns {' and '.join(places)}",
            fix="Give each column a name of its own, or delete one of the two.",
        )


def nearest_name(column: str, named: Collection[str]) -> str:
    """Return the mapping's name of a column that is written slightly differently, or ""."""
    folded = {"".join(filter(str.isalnum, each)).casefold(): each for each in named}
    return folded.get("".join(filter(str.isalnum, column)).casefold(), "")


def _packed(head: bytes, name: str) -> FileRefused:
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return FileRefused(
            file=name, why="it is an Excel workbook (.xlsx)", fix=f"Open it there. {_SAVE}"
        )
    if b"opendocument.spreadsheet" in head:
        return FileRefused(
            file=name, why="it is a LibreOffice spreadsheet (.ods)", fix=f"Open it there. {_SAVE}"
        )
    return FileRefused(
        file=name, why="it is a zip archive", fix="Unpack it first, and import the CSV file."
    )


def _is_utf16(head: bytes) -> bool:
    """Whether every second byte is empty, as in UTF-16 of a European language."""
    start = head[:2_000]
    return len(start) >= 8 and max(start[::2].count(0), start[1::2].count(0)) > len(start) * 0.4


def _check_text(text: str, name: str) -> None:
    if text[0] in "[{":
        raise FileRefused(
            file=name,
            why="it is JSON",
            fix="Write a line for each customer as CSV: a name for each column in the first line.",
        )
    if text[0] == "<":
        raise FileRefused(
            file=name, why="it is XML or a web page", fix="Export the customers as CSV instead."
        )
    first = text.splitlines()[0]
    if first.lower().startswith("sep="):
        raise FileRefused(
            file=name,
            why="line 1 is `sep=`, which only Excel reads",
            fix="Delete that line, and check that the columns are separated by commas.",
        )
    if text[:20].upper().startswith(("INSERT INTO", "CREATE TABLE", "-- ", "COPY ")):
        raise FileRefused(file=name, why="it is SQL", fix="Export the table as CSV instead.")


def _check_separator(first: str, name: str, named: Collection[str]) -> None:
    cells = {cell.strip() for cell in next(csv.reader([first]), [])}
    # Held against the names of the mapping: a comma in the first line alone would also be found in
    # one sentence of text.
    if not cells.isdisjoint(named) and len(cells) > 1:
        return
    for separator, words in _SEPARATORS.items():
        other = {cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])}
        if len(other) > 1 and not other.isdisjoint(named):
            raise FileRefused(
                file=name,
                why=f"its columns are separated by {words} (line 1), not commas",
                fix=_SAVE,
            )
    if len(cells) == 1:
        inner = {cell.strip() for cell in next(iter(cells)).split(",")}
        if len(inner) > 1 and not inner.isdisjoint(named):
            raise FileRefused(
                file=name,
                why="each line stands in quotes as a whole (line 1)",
                fix="Take the quotes at the beginning and the end of each line away.",
            )
    bare = {cell.strip(_CURLY + "'\"` ") for cell in first.split(",")}
    if cells.isdisjoint(named) and not bare.isdisjoint(named):
        raise FileRefused(
            file=name,
            why='its values stand in quotes that are not " (line 1)',
            fix='Save it with straight double quotes ("), or with none.',
        )
