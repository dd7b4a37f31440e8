"""Leaked rows in archives, workbooks and databases: whoever is in them is found, and nobody else,
what leaked is named, and what cannot be read says what to do."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.commands import exits
from aboveboard.incidents import queries
from aboveboard.incidents.models import Incident
from tests.trials import leak_files as files
from tests.trials.test_leaks import (  # noqa: F401 - customers and opened are fixtures
    EVERYBODY,
    SECRETS,
    SIX,
    Opened,
    customers,
    numbers_in,
    opened,
    pairs,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.one_database("how a leak is read; tests/incidents counts on both"),
]

_PAIRS = pairs("{address}:{secret}").encode()
_LINES = _PAIRS.splitlines(keepends=True)
_FIRST, _REST = b"".join(_LINES[:5]), b"".join(_LINES[5:])
_ROWS = [[n, *row] for n, row in enumerate(zip(EVERYBODY, SECRETS, strict=True), 1)]
_TABLE = [["id", "e-mail address", "password"], *_ROWS]
_OBJECTS = [{"email": a, "password": s} for _, a, s in _ROWS]
_PAIR = ("email", "password")
_THREE = ("ignore", "email", "password")

READ: dict[str, tuple[Callable[[Path], bytes], tuple[str, ...]]] = {
    "zip in zip": (
        lambda _: files.zipped({"a.zip": files.zipped({"a.txt": _PAIRS})}),
        _PAIR,
    ),
    "gzip in gzip": (lambda _: gzip.compress(gzip.compress(_PAIRS)), _PAIR),
    "several files in a zip": (
        lambda _: files.zipped({"README": "a", "b/rest.txt": _REST, "b/first.txt": _FIRST}),
        _PAIR,
    ),
    "files of two encodings": (
        lambda _: files.zipped({"1.txt": _FIRST, "2.txt": _REST.decode().encode("utf-16")}),
        _PAIR,
    ),
    "files of two forms": (
        lambda _: files.zipped({"1.txt": _FIRST, "2.json": json.dumps(_OBJECTS[5:])}),
        _PAIR,
    ),
    "tar": (lambda _: files.tarred({"d/1": _FIRST, "d/2": _REST}, "w"), _PAIR),
    "tar.gz": (lambda _: files.tarred({"d/1": _FIRST, "d/2": _REST}, "w:gz"), _PAIR),
    "tar.xz": (lambda _: files.tarred({"d/1": _FIRST, "d/2": _REST}, "w:xz"), _PAIR),
    "7-Zip": (lambda _: files.SEVEN_ZIP, _PAIR),
    "Excel": (lambda _: files.xlsx({"People": _TABLE}), _THREE),
    "Excel with titles above and a sheet before": (
        lambda _: files.xlsx({"Info": [["made by"]], "Лист 1": [["Export"], [], *_TABLE]}),
        _THREE,
    ),
    "Excel without names of columns": (lambda _: files.xlsx({"People": _ROWS}), _THREE),
    "Excel in a zip": (
        lambda _: files.zipped({"people.xlsx": files.xlsx({"People": _TABLE})}),
        _THREE,
    ),
    "OpenDocument": (lambda _: files.ods(_TABLE), _THREE),
    "an SQLite database": (
        lambda folder: files.sqlite(_ROWS, folder / "a.db"),
        (*_THREE, "name"),
    ),
    "Parquet": (lambda folder: files.parquet(_ROWS, folder / "a.parquet"), _THREE),
}


@pytest.mark.parametrize("name", READ)
def test_everybody_in_it_is_found(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    made, columns = READ[name]
    facts = opened(made(tmp_path))
    assert facts["code"] == exits.DONE, facts
    assert numbers_in(facts, customers) == SIX
    assert facts["stranger_lines"] >= 2
    evidence = queries.page(1, at=clock.now()).evidence
    assert evidence is not None
    shown = {column for column in evidence.columns if column not in ("ignore", "unknown")}
    assert shown <= set(columns)
    assert "email" in shown
    assert next(iter(queries.people(1, limit=9))).readable[:2] == (
        "e-mail address",
        "password",
    )


REFUSED = {
    "a zip behind a password": (files.locked_zip(_PAIRS), "with its password"),
    "7-Zip behind a password": (files.LOCKED_SEVEN_ZIP, "with its password"),
    "a zip of LZMA": (files.zipped({"a": _PAIRS}, zipfile.ZIP_LZMA), "Unpack it, and open"),
    "a picture among the files": (
        files.zipped({"a.txt": _PAIRS, "b.png": b"\x89PNG\r\n"}),
        "each file that holds rows",
    ),
    "packed five times": (
        gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(_PAIRS))))),
        "by hand",
    ),
    "half of a 7-Zip archive": (files.SEVEN_ZIP[:200], "Get it again"),
    "a Word document": (files.zipped({"word/document.xml": "<a/>"}), "Copy its text"),
    "a workbook that is none": (files.zipped({"xl/workbook.xml": "<a/>"}), "as CSV"),
    "half of a database": (b"SQLite format 3\x00" + bytes(84), "as CSV"),
    "half of a Parquet file": (b"PAR1" + bytes(84), "as CSV"),
    "an old Word document": (b"\xd0\xcf\x11\xe0" + bytes(600), "as CSV"),
    "nothing": (b"", "Look for the file"),
    "blanks alone": (b" \n\n\t\n", "Look for the file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_says_what_to_do(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
) -> None:
    content, step = REFUSED[name]
    answer = opened(content)
    assert answer["code"] == exits.INVALID, answer
    assert step in answer["error"]
    assert not Incident.objects.exists()
