"""Bulk read: people a second into a sealed parcel, each decided and with an entry, beside a program
that only writes CSV into age."""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import time
from pathlib import Path

from aboveboard.commands.demo.people import people, write
from bench.instance import aboveboard, instance, python
from bench.row import Row

PEOPLE = 20_000
FIELDS = "first_name,last_name,address_line1,city,postal_code"


def run() -> list[Row]:
    """Measure on both databases."""
    return [_measure("sqlite"), _measure("postgres")]


def _measure(database: str) -> Row:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        aboveboard(
            environment, "staff", "add", "ada@example.com", "--name", "Ada", "--role", "adviser"
        )
        key = aboveboard(environment, "export", "new-key", f"{folder}/key.txt").strip()
        floor = PEOPLE / float(python(environment, "bench.bulk.exports", "floor", folder, key))
        start = time.perf_counter()
        made = json.loads(
            aboveboard(
                environment,
                "export",
                "make",
                f"{folder}/p.age",
                "--purpose",
                "deliver-orders",
                "--fields",
                FIELDS,
                "--everyone",
                "--to",
                "courier",
                "--staff",
                "ada@example.com",
                "--key",
                key,
                "--json",
            )
        )
        seconds = time.perf_counter() - start
    if made["people"] != PEOPLE:
        raise RuntimeError(f"the parcel holds {made['people']} of {PEOPLE}")
    return Row(
        "export",
        PEOPLE / seconds,
        "people/s",
        floor,
        f"{database}, {PEOPLE:,} people, start of the process and sequencing included",
    )


def _floor(folder: Path, key: str) -> float:
    import pyrage

    rows, fields = list(people(PEOPLE)), FIELDS.split(",")
    start = time.perf_counter()
    text = io.StringIO(newline="")
    csv.writer(text).writerows([row[name] for name in fields] for row in rows)
    with (folder / "floor.age").open("wb") as out:
        pyrage.encrypt_io(
            io.BytesIO(text.getvalue().encode()), out, [pyrage.x25519.Recipient.from_str(key)]
        )
    return time.perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:2] == ["floor"]:
        print(_floor(Path(sys.argv[2]), sys.argv[3]))
    else:
        for row in run():
            print(
                f"{row.figure:,.0f}/s, floor {row.floor:,.0f}/s, ratio {row.ratio:.3f}: {row.note}"
            )
