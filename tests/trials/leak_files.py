"""Files of leaked rows that are no text, made here: archives, workbooks, databases."""

from __future__ import annotations

import io
import sqlite3
import tarfile
import zipfile
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import duckdb

Rows = Sequence[Sequence[object]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"

SEVEN_ZIP = b64decode(
    "N3q8ryccAATHF6kSzwAAAAAAAAAUAAAAAAAAADwpOG7gAO0AcV0AMJkIRF/GV5JovVXdz92QhGfGMuIQybXTQftYGya53ug"
    "mdLNxIHab3vGbN6gxZDjPxyfFYmD5nny5cPtf82y4lj4ktByupI4Ee8REM9k0rfGovDmWtIagi1OM8adTNqGvH+tUKDEtUS"
    "sqeCqHGu6zaAAA4ABQAE5dAACBMweuD9TSfFlCEPoia/m6TJqG7ZRJXuHXKds1AbsGSo4sIuxM5Z2Mu/DoU7l/cBQctKoLS"
    "Jp6XLbLbE4+jxm6+NNTdFCgmiJsqgAAAAAXBnkBCVYABwsBAAEhIQEYDFEAAA=="
)
"""The pairs of six customers and two strangers, as py7zr 1.0 packs them: a filter, and LZMA2."""
LOCKED_SEVEN_ZIP = b64decode(
    "N3q8ryccAAS7ZE6n8QAAAAAAAAAVAAAAAAAAAPrnMyERklSLXBlIo2O1+hWpsfJhsmJmcIPCs5tRCpSruf5HnIoIo74njw6"
    "zYBXXiGr6TVgZOSwzXWA1HhBxSp34iD68OV144Wi9vW9w+mCOveKsbL0ALirAo6Xw/1BaDRVpW7cuttaZT5lk2OkxqpQ7fL"
    "Pxv3qH8pVX3aptrGaS/Hnw4wEAbAEEBgABCYCACgGD7F2wAAcLAQACJAbxBwESUw9Rgv/LHrAa1fS2PzMPmHNOISEBGAEAD"
    "HmA7gAICgHBLxnKAAAFARkEAAAAABENAGEALgB0AHgAdAAAABQKAQCwOZuFjIHdARUGAQAggICBAAAAFwaAgAEJcQAHCwEA"
    "ASEhARgMbQAA"
)
"""The same behind a password."""


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def locked_zip(content: bytes) -> bytes:
    """A zip archive that says that its file is behind a password."""
    data = bytearray(zipped({"a.txt": content}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def tarred(files: Mapping[str, bytes], mode: Literal["w", "w:gz", "w:xz"]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def xlsx(sheets: Mapping[str, Rows]) -> bytes:
    """An Excel workbook; a number stays one."""
    kinds = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in zip(kinds, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in kinds
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
            f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
            f"<sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}'
            "</Relationships>",
        }
        | {
            f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>'
            + "".join(f'<row r="{at}">{_cells(row, at)}</row>' for at, row in enumerate(rows, 1))
            + "</sheetData></worksheet>"
            for n, rows in zip(kinds, sheets.values(), strict=True)
        }
    )


def _cells(row: Sequence[object], at: int) -> str:
    return "".join(
        f'<c r="{chr(65 + n)}{at}"><v>{value}</v></c>'
        if isinstance(value, int)
        else f'<c r="{chr(65 + n)}{at}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
        for n, value in enumerate(row)
    )


def ods(rows: Rows) -> bytes:
    """An OpenDocument workbook."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(
        "<table:table-row>"
        + "".join(cell.format(escape(str(value))) for value in row)
        + "</table:table-row>"
        for row in rows
    )
    spaces = "".join(f' xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="A">{lines}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"/>',
        }
    )


def sqlite(rows: Rows, path: Path) -> bytes:
    """A database that keeps a log beside it, as most programs have them."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE settings (name TEXT, value TEXT)")
        database.execute("INSERT INTO settings VALUES ('theme', 'dark')")
        database.execute("CREATE TABLE 'user list' (id INTEGER, email TEXT, password TEXT)")
        database.executemany("INSERT INTO 'user list' VALUES (?, ?, ?)", rows)
        database.commit()
    return path.read_bytes()


def parquet(rows: Rows, path: Path) -> bytes:
    with closing(duckdb.connect()) as database:
        database.execute("CREATE TABLE a (id INT, email TEXT, password TEXT)")
        database.executemany("INSERT INTO a VALUES (?, ?, ?)", [list(row) for row in rows])
        database.execute(f"COPY a TO '{path}' (FORMAT parquet)")
    return path.read_bytes()
