"""A leaked file read: lines of address, phone and secret a second, from bytes to digests on the
disk, beside a program that reads the same file in as many processes, and of each line only takes
the two cells and digests them.

The floor reads nothing but this one form, in ASCII: it searches no cell, tries a phone in no
country, and writes what it has as it is, from each process.
"""

from __future__ import annotations

import hmac
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from aboveboard.engines.leak import LeakWriter
from aboveboard.incidents.leaks import sharing
from aboveboard.incidents.leaks.digesting import ReadingPlan
from aboveboard.incidents.leaks.form import LeakFileFormat, LeakShape
from aboveboard.incidents.leaks.keyed import IndexKeys
from bench.row import Row

LINES = 500_000
_COUNTRIES = ("GB", "FR", "DE", "AU", "US", "CA", "CH")
_KEYS = {"email": (1, (b"e" * 32,)), "phone": (2, (b"p" * 32,))}


def run() -> list[Row]:
    """Measure one process and all, and the floor with as many, in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder, file = Path(name), Path(name) / "leak.csv"
        _write(file)
        every = os.cpu_count() or 1
        alone, shared = _ours(file, folder / "alone", 0), _ours(file, folder / "shared", every)
        floors = _floor(file, folder, 1), _floor(file, folder, every)
    words = f"{LINES:,} lines of address, phone and secret, {len(_COUNTRIES)} countries, "
    return [
        Row("leak read", alone, "lines/s", floors[0], words + "one process"),
        Row("leak read on all cores", shared, "lines/s", floors[1], words + f"{every} processes"),
    ]


def _write(file: Path) -> None:
    with file.open("w", encoding="ascii") as out:
        out.write("email,phone,password\n")
        for number in range(LINES):
            phone = f"+4479{number * 7_919 % 10**8:08d}"
            out.write(f"person.{number}@example{number % 7}.com,{phone},hunter{number}\n")


def _ours(file: Path, folder: Path, processes: int) -> float:
    form = LeakFileFormat(LeakShape.SEPARATED, ",", 3, ("email", "phone", "password"))
    plan = ReadingPlan(form, ("email", "phone", "password"), _COUNTRIES, IndexKeys(_KEYS))
    start = time.perf_counter()
    with file.open("rb") as stream, LeakWriter(folder) as writer:
        done = sharing.read(stream, plan, writer, processes=processes)
    if done.readable != LINES:
        raise RuntimeError(f"{done.readable} of {LINES} lines were read")
    return LINES / (time.perf_counter() - start)


def _floor(file: Path, folder: Path, processes: int) -> float:
    start = time.perf_counter()
    size = file.stat().st_size // processes + 1
    parts = [(file, folder / f"floor-{at}", at * size, size) for at in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        lines = sum(pool.map(_digest, parts))
    if lines != LINES:
        raise RuntimeError(f"the floor read {lines} of {LINES} lines")
    return LINES / (time.perf_counter() - start)


def _digest(part: tuple[Path, Path, int, int]) -> int:
    """Digest the lines that begin in a part of the file, but for the first line of all."""
    file, to, start, size = part
    lines = 0
    with file.open("rb") as stream, to.open("wb") as out:
        stream.seek(max(start - 1, 0))
        stream.readline()  # the header, or the rest of a line that the part before has
        while stream.tell() < start + size and (line := stream.readline()):
            email, phone, _ = line.split(b",")
            lines += 1
            out.write(hmac.digest(b"e" * 32, email, "sha256"))
            out.write(hmac.digest(b"p" * 32, phone, "sha256"))
    return lines
