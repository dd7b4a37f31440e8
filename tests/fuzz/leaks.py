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
        b"{'email': 'a@b.org', 'ids': {(1, 2): {3}}}\n{'email': b'x', 'n': 1j}\n",
        b'{"_id": ObjectId("5f"), "email": "a@b.org", }\n{"n": NumberLong(5), "a": [1, ]}\n',
        b'var u = {"a@b.org": {"p": "x"}, "b@b.org": {"p": {"q": 1}}};',
        b"INSERT [dbo].[a b] VALUES (0x614062, X'00ff', CAST(N'1980-05-04' AS Date), '\\x61');",
        b"name;dob;mail\nAda Moss;4.5.1980;YUBiLm9yZw==\n'Moss, Ada';29345;a at b dot org\n",
        b"0cc175b9c0f1b6a831c399e269772661:x\n92eb5ffee6ae2fec3ad71c777531578f:y\n",
        b'a,b,c\n"a\\"b",="007",4.42079460101E+11\n"1\n2",b,=?utf-8?B?YQ==?=\n',
        b"URL: http://x\nUser: a@b.org\nPass: x\n===\nURL: y\nUser: b@b.org\nPass: z\n",
        b"version: 1\n\ndn: a\nmail:: YUBiLm9yZw==\ntel: 1\n 23\n\ndn: b\nmail: b@b.org\n",
        b"BEGIN:VCARD\nEMAIL;ENCODING=QUOTED-PRINTABLE:a=40b=\n.org\nTEL:1\nEND:VCARD\n",
        b"From: a@b.org\nTo: b@b.org,\n c@b.org\n\nYUBiLm9yZyBpcyB3aG8gd3JvdGUgdGhpcyBsZXR0ZXI=\n",
        b"{'a': {'b': {(1,): 2}}, 'email': 'a@b.org'}\n",
        b"<r>\n<email>a@b.org</email>\n<f name='p'>x&amp;y</f>\n</r>\n<r>\n<email>b</email>\n</r>",
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
