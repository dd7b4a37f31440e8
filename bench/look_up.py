"""Does time tell who is known? Look-ups without a result, of nobody and of somebody, turn
about, beside each other.

The figure is the speed for nobody, the floor that for somebody who refuses, by medians, so that a
ratio near 1.00 tells nothing. The note says by how many microseconds the medians differ, beside how
far apart the quarters of one kind lie.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from aboveboard.commands.demo.people import people, write
from bench.instance import aboveboard, instance, python
from bench.row import Row

PEOPLE = 400
TURNS = 1_500


def run() -> list[Row]:
    """Measure on both databases."""
    return [_measure("sqlite"), _measure("postgres")]


def _measure(database: str) -> Row:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        found = json.loads(python(environment, "bench.look_up", "measure").strip().splitlines()[-1])
    nobody, somebody = found["nobody"], found["somebody"]
    apart = (nobody["median"] - somebody["median"]) * 1e6
    note = (
        f"{database}; medians {apart:+.0f} µs apart, quarters of one kind "
        f"{1e6 * somebody['spread']:.0f} µs"
    )
    return Row(
        "look-up of nobody, of a refuser",
        1 / nobody["median"],
        "look-ups/s",
        1 / somebody["median"],
        note,
    )


def _in_turn() -> None:
    import django

    django.setup()
    from aboveboard.access.actions import use
    from aboveboard.access.lookup import NoOneFound
    from aboveboard.access.use import Subject, UseRequest
    from aboveboard.basics import clock
    from aboveboard.basics.actor import Actor, ActorKind

    asked = UseRequest(
        Actor(ActorKind.SERVICE, "1", "offers-service", "Bench"),
        "personal-offers",
        ("email",),
        "email",
    )
    known = [person["email"] for person in people(PEOPLE)]
    taken: dict[str, list[float]] = {"nobody": [], "somebody": []}
    for turn in range(TURNS):
        for kind in ("nobody", "somebody") if turn % 2 else ("somebody", "nobody"):
            email = (
                known[turn % PEOPLE]
                if kind == "somebody"
                else known[turn % PEOPLE].replace("@", f".{turn}@")
            )
            start = time.perf_counter()
            try:
                use(asked.about(Subject(kind="email", value=email)), at=clock.now())
            except NoOneFound:
                taken[kind].append(time.perf_counter() - start)
    print(json.dumps({kind: _spread(times[TURNS // 10 :]) for kind, times in taken.items()}))


def _spread(times: list[float]) -> dict[str, float]:
    low, middle, high = statistics.quantiles(times, n=4)
    return {"median": middle, "spread": high - low}


if __name__ == "__main__" and sys.argv[1:] == ["measure"]:
    _in_turn()
