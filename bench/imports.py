"""Import: customers a second, beside a program that only reads the rows, encrypts every field and stores the boxes."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.commands.demo.people import write
from bench.instance import aboveboard, instance
from bench.row import Row

PEOPLE = 20_000


def run() -> list[Row]:
    """Measure on both databases."""
    return [_measure("sqlite"), _measure("postgres")]


def _measure(database: str) -> Row:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        floor = _floor_postgres(file, environment["ABOVEBOARD_DATABASE_URL"]) if database == "postgres" else _floor_sqlite(file, folder)
        start = time.perf_counter()
        report = json.loads(aboveboard(environment, "import", str(file), "--sample-mapping", "--json"))
        seconds = time.perf_counter() - start
    if report["loaded"] != PEOPLE:
        raise RuntimeError(f"the import loaded {report['loaded']} of {PEOPLE}")
    return Row("import", PEOPLE / seconds, "people/s", floor, f"{database}, {PEOPLE:,} people, process start included")


def _boxes(file: Path) -> list[tuple[int, bytes, bytes]]:
    rows = []
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text)):
            key = os.urandom(32)
            cipher = AESGCM(key)
            rows.append((number, key, b"".join(cipher.encrypt(os.urandom(12), value.encode(), None) for value in row.values())))
    return rows


def _floor_sqlite(file: Path, folder: str) -> float:
    database = sqlite3.connect(Path(folder) / "floor.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, k BLOB, boxes BLOB)")
    start = time.perf_counter()
    with database:
        database.executemany("INSERT INTO floor VALUES (?, ?, ?)", _boxes(file))
    seconds = time.perf_counter() - start
    database.close()
    return PEOPLE / seconds


def _floor_postgres(file: Path, url: str) -> float:
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor (id bigint PRIMARY KEY, k bytea, boxes bytea)")
        start = time.perf_counter()
        with cursor.copy("COPY floor FROM STDIN") as copy:
            for row in _boxes(file):
                copy.write_row(row)
        connection.commit()
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE floor")
    return PEOPLE / seconds
