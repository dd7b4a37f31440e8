"""Leaked files as a parser takes them: the form of each, its columns, its rows."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tempfile
from collections.abc import Iterable
from pathlib import Path

from aboveboard.incidents.leaks import columns, form, packed, reading
from tests.trials import leak_files

_LEAK = b'email;phone;password\njon@example.org;+44 20 7946 0000;hunter2\n"a;b";;\n'


def read(data: bytes) -> object:
    _, inner = packed.open_packed(io.BytesIO(data))
    first = reading.sample(inner)
    shape = form.detect_format(first)
    for guess in columns.guess(shape.header, reading.sample_rows(first, shape)):
        guess.header.encode()  # it is shown on a page
    rows = list(reading.rows(packed.open_packed(io.BytesIO(data))[1], shape))
    for row in rows:
        "".join(row.cells if isinstance(row, reading.LeakRow) else [row.text]).encode()
    return rows


def texts() -> Iterable[bytes]:
    """Files of text, and the same compressed."""
    return [
        _LEAK,
        b'{"email": "a@b.org"}\n{"email": 1}\n',
        b"a@b.org:hunter2\n",
        b'{"users": [\n {"email": "a@b.org", "\\ud800": "\\udc00x"},\n {"email": "b@b.org"}]}',
        b"CREATE TABLE u (id int, email text);\nINSERT INTO u VALUES (1,'a@b.org'),(2,'');",
        b"COPY u (id, email) FROM stdin;\n1\ta@b.org\n2\t\\N\n\\.\n",
        gzip.compress(_LEAK),
        bz2.compress(_LEAK),
        lzma.compress(_LEAK),
        "a@b.org;x\n".encode("utf-16"),
        b"email" + b"," * 299 + b"\na@b.org" + b"," * 299 + b"\n",
    ]


def packages() -> Iterable[bytes]:
    """Archives, workbooks and databases."""
    return [
        leak_files.SEVEN_ZIP,
        leak_files.zipped({"a.csv": _LEAK, "b.zip": leak_files.zipped({"c": _LEAK})}),
        leak_files.tarred({"a.csv": _LEAK, "b.csv": _LEAK}, "w"),
        leak_files.xlsx({"People": [["email", "phone"], ["a@b.org", 442079460000]]}),
        leak_files.ods([["email"], ["a@b.org"]]),
        *_databases([[1, "a@b.org", "x"]]),
    ]


def _databases(rows: leak_files.Rows) -> Iterable[bytes]:
    """The same rows as an SQLite database and as a Parquet file."""
    with tempfile.TemporaryDirectory() as name:
        yield leak_files.sqlite(rows, Path(name) / "a.db")
        yield leak_files.parquet(rows, Path(name) / "a.parquet")
