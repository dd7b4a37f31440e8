"""Import: customers of 20 fields a second, beside a program that only encrypts every
field and COPYs the boxes.

The floor reads the same file, makes a key for each person, seals each field with it and stores one
row for each in a table without an index but its key, in as many processes as the import. It checks,
finds, wraps, signs and remembers nothing. On PostgreSQL a second floor COPYs as much into the
tables that an import fills, with their indexes and constraints: what is left between the two is
ours. The import is measured with the start of its process.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.commands.demo.people import people
from aboveboard.intake.limits import IMPORT_BATCH
from bench.instance import PROMISE, aboveboard, instance
from bench.row import Row

PEOPLE = 100_000
FIELDS = 20
_MORE = ("loyalty_number", "preferred_shop", "bicycle", "frame_number")
_LEFT = ("gender", "marital_status", "annual_income", "occupation", "children", "home_owner")

Boxes = tuple[int, bytes, bytes]
Cursor = Any


def run() -> list[Row]:
    """Measure on both databases."""
    return [*_measure("sqlite"), *_measure("postgres")]


def _measure(database: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file, mapping = _customers(Path(folder)), _mapping(Path(folder))
        aboveboard(environment, "promise", "adopt", str(_promise(Path(folder))))
        url = environment.get("ABOVEBOARD_DATABASE_URL", "")
        if database == "postgres":
            floors = {
                "one table": _floor_postgres(file, url, _one_table),
                "the same tables": _floor_postgres(file, url, _same_tables),
            }
        else:
            floors = {"one table": _floor_sqlite(file, folder)}
        start = time.perf_counter()
        report = json.loads(
            aboveboard(environment, "import", str(file), "--mapping", str(mapping), "--json")
        )
        seconds = time.perf_counter() - start
    if report["loaded"] != PEOPLE:
        raise RuntimeError(f"the import loaded {report['loaded']} of {PEOPLE}")
    note = (
        f"{database}, {PEOPLE:,} people of {FIELDS} fields, {_processes()} processes seal in both; "
        "floor: encrypt and store in "
    )
    return [
        Row("import", PEOPLE / seconds, "people/s", floor, note + where)
        for where, floor in floors.items()
    ]


def _processes() -> int:
    return os.cpu_count() or 1


def _customers(folder: Path) -> Path:
    """The demo's customers with every field filled, and four more."""
    file = folder / "customers.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = None
        for number, person in enumerate(people(PEOPLE)):
            row = {name: text for name, text in person.items() if name not in _LEFT}
            row |= {
                "title": "Dr",
                "address_line2": f"Flat {number % 90}",
                "region": row["region"] or "Region",
            }
            row |= {name: f"{name[:2].upper()}-{number:07d}" for name in _MORE}
            if writer is None:
                writer = csv.DictWriter(out, list(row))
                writer.writeheader()
            writer.writerow(row)
    return file


def _mapping(folder: Path) -> Path:
    columns = ["customer_id: customer_number", *(f"{name}: {name}" for name in (*_KEPT, *_MORE))]
    file = folder / "mapping.yaml"
    file.write_text(
        (
            "identify_by: customer_number\ncountry: country\nregion: region\nsubdivided: [US, CA]\n"
            "columns:\n  "
        )
        + "\n  ".join(columns)
        + "\n"
    )
    return file


_KEPT = (
    "title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "region",
    "postal_code",
    "country",
    "birth_date",
    "card_type",
    "card_number",
    "card_expiry",
)


def _promise(folder: Path) -> Path:
    """The sample promise with the four fields more."""
    text = PROMISE.read_text("utf-8")
    more = "".join(
        (
            f"  {name}:\n    label: {{en: {name}, fr: {name}, de: {name}}}\n"
            "    category: user.unique_id\n    kind: text\n"
        )
        for name in _MORE
    )
    text = text.replace("fields:\n  customer_number:", f"fields:\n{more}  customer_number:", 1)
    text = text.replace(
        "    fields: [customer_number, title,",
        f"    fields: [{', '.join(_MORE)}, customer_number, title,",
        1,
    )
    file = folder / "promise.yaml"
    file.write_text(text, "utf-8")
    return file


def _blocks(file: Path) -> Iterator[tuple[int, list[bytes]]]:
    with file.open("rb") as lines:
        next(lines)
        number = 0
        while block := list(islice(lines, IMPORT_BATCH)):
            yield number, block
            number += len(block)


def _boxes(task: tuple[int, list[bytes]]) -> list[Boxes]:
    first, lines = task
    rows = []
    for number, row in enumerate(csv.reader(line.decode() for line in lines)):
        key = os.urandom(32)
        cipher = AESGCM(key)
        parts = []
        for value in row:
            nonce = os.urandom(12)
            parts += (nonce, cipher.encrypt(nonce, value.encode(), None))
        rows.append((first + number, key, b"".join(parts)))
    return rows


def _sealed(file: Path) -> Iterator[list[Boxes]]:
    with ProcessPoolExecutor(_processes(), mp_context=get_context("spawn")) as pool:
        yield from pool.map(_boxes, _blocks(file))


def _floor_sqlite(file: Path, folder: str) -> float:
    database = sqlite3.connect(Path(folder) / "floor.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, k BLOB, boxes BLOB)")
    start = time.perf_counter()
    for rows in _sealed(file):
        with database:
            database.executemany("INSERT INTO floor VALUES (?, ?, ?)", rows)
    seconds = time.perf_counter() - start
    database.close()
    return PEOPLE / seconds


def _floor_postgres(file: Path, url: str, store: Callable[[Cursor, list[Boxes]], None]) -> float:
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor (id bigint PRIMARY KEY, k bytea, boxes bytea)")
        start = time.perf_counter()
        for rows in _sealed(file):
            store(cursor, rows)
            connection.commit()
        seconds = time.perf_counter() - start
        cursor.execute(
            "DROP TABLE floor; TRUNCATE vault_person, vault_sealedrecord, vault_blindindex, "
            "keys_personkey CASCADE"
        )
    return PEOPLE / seconds


def _one_table(cursor: Cursor, rows: list[Boxes]) -> None:
    _copy(cursor, "floor (id, k, boxes)", ("int8", "bytea", "bytea"), rows)


def _same_tables(cursor: Cursor, rows: list[Boxes]) -> None:
    now = datetime.now(UTC)
    people = [(number, "GB", "en", now, now) for number, _, _ in rows]
    _copy(
        cursor,
        "vault_person (id, jurisdiction, language, collected_at, last_active_at)",
        ("int8", "varchar", "varchar", "timestamptz", "timestamptz"),
        people,
    )
    _copy(
        cursor,
        "keys_personkey (person_id, wrapped)",
        ("int8", "bytea"),
        [(number, key) for number, key, _ in rows],
    )
    _copy(
        cursor,
        "vault_sealedrecord (person_id, boxes)",
        ("int8", "bytea"),
        [(number, boxes) for number, _, boxes in rows],
    )
    look_ups = [(kind, os.urandom(32), number) for number, _, _ in rows for kind in (1, 2, 3)]
    _copy(cursor, "vault_blindindex (kind, digest, person_id)", ("int2", "bytea", "int8"), look_ups)


def _copy(
    cursor: Cursor, table: str, types: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


if __name__ == "__main__":
    for row in [row for name in sys.argv[1:] or ("sqlite", "postgres") for row in _measure(name)]:
        print(f"{row.figure:,.0f}/s, floor {row.floor:,.0f}/s, ratio {row.ratio:.2f}: {row.note}")
