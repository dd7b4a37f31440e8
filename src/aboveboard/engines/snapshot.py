"""A snapshot: the facets and blind indexes of everyone, streamed by the caller into Parquet.

Nothing here knows where the rows come from: the caller writes CSV into an open file, so that a
database that can write CSV by itself (PostgreSQL's COPY) does so without a row passing through
Python.
"""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aboveboard.engines.duck import atomic_path, engine

PEOPLE = {"person_id": "BIGINT", "jurisdiction": "VARCHAR", "language": "VARCHAR"}
INDEX = {"kind": "SMALLINT", "hi": "BIGINT", "lo": "BIGINT", "person_id": "BIGINT"}

CsvWriter = Callable[[BinaryIO], object]
"""Writes rows as CSV without a header, UTF-8, into an open file: quotes ``"``, doubled inside."""


@dataclass(frozen=True, slots=True)
class SnapshotFiles:
    """Where the two Parquet files of one snapshot are (``FORMAT.md``)."""

    people: Path
    index: Path


def split_digest(digest: bytes) -> tuple[int, int]:
    """Return bytes 0-7 and 8-15 of a digest as signed 64-bit integers."""
    # Half the digest as two integers, which a join compares without a blob. 128 bits are enough:
    # digests are keyed, so that nobody can look for two that meet.
    hi, lo = struct.unpack(">qq", digest[:16])
    return hi, lo


def take_snapshot(folder: Path, *, people: CsvWriter, index: CsvWriter) -> SnapshotFiles:
    """Write ``people.parquet`` and ``index.parquet`` into ``folder``.

    ``people`` writes rows of :data:`PEOPLE`, ``index`` rows of :data:`INDEX`. That both are of one
    moment is for the caller to see to.
    """
    snapshot = SnapshotFiles(folder / "people.parquet", folder / "index.parquet")
    for write, path, columns in ((people, snapshot.people, PEOPLE), (index, snapshot.index, INDEX)):
        with _scratch_file(path) as text:
            with text.open("wb") as file:
                write(file)
            to_parquet(text, path, columns)
    return snapshot


def write_rows(
    rows: Iterable[tuple[int | str | None, ...]], path: Path, columns: Mapping[str, str]
) -> None:
    """Write rows from memory or a generator as Parquet, whole or not at all. None is NULL."""
    with _scratch_file(path) as text:
        with text.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        to_parquet(text, path, columns)


@contextmanager
def _scratch_file(path: Path) -> Iterator[Path]:
    text = path.with_name(path.name + ".csv")
    try:
        yield text
    finally:
        text.unlink(missing_ok=True)


def to_parquet(text: Path, path: Path, columns: Mapping[str, str]) -> None:
    """Turn a headless CSV file of known columns into Parquet, whole or not at all."""
    with engine() as duck, atomic_path(path) as part:
        # Nothing is detected: a file whose first rows look like dates or headers is read the same.
        source = duck.read_csv(
            str(text),
            header=False,
            columns=dict(columns),
            auto_detect=False,
            delimiter=",",
            quotechar='"',
            escapechar='"',
        )
        source.write_parquet(str(part))


def join_parquet(parts: Sequence[Path], path: Path) -> None:
    """Put Parquet files of the same columns together, whole or not at all."""
    if len(parts) == 1:
        parts[0].replace(path)
        return
    with engine() as duck, atomic_path(path) as part:
        duck.read_parquet([str(each) for each in parts]).write_parquet(str(part))
