"""Spoil the core at random places, one at a time, and see whether its own tests notice.

    make mutants                                  # two dozen, from every area
    .venv/bin/python -m scripts.mutants --area law --count 50 --seed 3

A place where nothing notices is a sentence that no test asks for, or a change that makes no
difference: read it, and write the story that was missing. It takes minutes, so it is no part of
``make test``. Exit code 1 when something survived.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.mutants.areas import AREAS, drawn, files_of
from scripts.mutants.bench import Bench
from scripts.mutants.sites import Site, difference


def try_area(name: str, given: argparse.Namespace, folder: Path) -> tuple[int, list[Site]]:
    """Spoil an area so many times; return how often, and what nothing noticed."""
    area, began = AREAS[name], time.monotonic()
    bench = Bench(folder, area.tests, files_of(area))
    print(f"  {name}: {len(bench.called)} tests pass, {time.monotonic() - began:.0f} s", flush=True)
    survivors = []
    chance = random.Random(f"{given.seed} {name}")  # noqa: S311  # a sample
    chosen = drawn(area, given.count, chance)
    for site in chosen:
        alive = bench.survives(site, given.quick)
        verdict = "SURVIVED" if alive else "killed  "
        print(f"  {verdict}  {site.file}:{site.line}: {site.what}", flush=True)
        if alive:
            survivors.append(site)
            print(difference(site), flush=True)
    bench.close()
    return len(chosen), survivors


def main() -> int:
    """Run, and say for each area how many were noticed."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.mutants", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--area", action="append", choices=sorted(AREAS), help="all, if left out")
    parser.add_argument("--count", type=int, default=3, help="how many in each area")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--quick", action="store_true", help="only the tests that call what is spoiled"
    )
    parser.add_argument("--processes", type=int, default=1, help="areas at a time")
    given = parser.parse_args()
    names = given.area or sorted(AREAS)
    print(f"Seed {given.seed}: {given.count} in each of {', '.join(names)}.")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.processes) as pool:
        for name in names:
            (Path(folder) / name).mkdir()
        tried = pool.map(lambda name: try_area(name, given, Path(folder) / name), names)
        results = dict(zip(names, tried, strict=True))
    for name, (count, survivors) in results.items():
        print(f"{name:10} {count - len(survivors)} of {count} noticed")
    return 1 if any(survivors for _, survivors in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
