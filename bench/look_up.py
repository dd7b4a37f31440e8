"""Does time tell who is known? Look-ups without a result, of nobody and of somebody who refuses, in
pairs: one right behind the other, each first in half of them.

Both of a pair meet the machine as it is at that moment, so that their difference is freer of its
moods than either. The note says the median of the differences with the bounds within which it lies
with 95 % confidence (order statistics, without assuming how times are distributed): where zero is
between them, time tells nothing that this many tries could find. The figure is the speed for
nobody, the floor that for somebody, by medians.
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
TURNS = 3_000


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
    low, middle, high = (1e6 * found[name] for name in ("low", "median", "high"))
    note = (
        f"{database}; nobody {middle:+.1f} µs in {found['pairs']} pairs, 95 % {low:+.1f} to "
        f"{high:+.1f} µs"
    )
    return Row("look-up of nobody, of a refuser", 1 / nobody, "look-ups/s", 1 / somebody, note)


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
    pairs: list[dict[str, float]] = []
    for turn in range(TURNS):
        taken: dict[str, float] = {}
        for kind in ("nobody", "somebody") if turn % 2 else ("somebody", "nobody"):
            email = (
                known[turn % PEOPLE]
                if kind == "somebody"
                else known[turn % PEOPLE].replace("@", f".{turn}@")
            )
            start = time.perf_counter()
            try:
                use(asked.for_subject(Subject(kind="email", value=email)), at=clock.now())
            except NoOneFound:
                taken[kind] = time.perf_counter() - start
        pairs.append(taken)
    print(json.dumps(_compared(pairs[TURNS // 10 :])))  # the first warm up


def _compared(pairs: list[dict[str, float]]) -> dict[str, float]:
    """Return the medians, and that of the differences with its 95 % bounds."""
    differences = sorted(pair["nobody"] - pair["somebody"] for pair in pairs)
    count = len(differences)
    # How many of the differences lie below their true median is binomial with a half: 1.96 of its
    # standard deviations to either side.
    away = round(1.96 * count**0.5 / 2)
    return {
        "pairs": count,
        "nobody": statistics.median(pair["nobody"] for pair in pairs),
        "somebody": statistics.median(pair["somebody"] for pair in pairs),
        "median": statistics.median(differences),
        "low": differences[count // 2 - away],
        "high": differences[count // 2 + away],
    }


if __name__ == "__main__" and sys.argv[1:] == ["measure"]:
    _in_turn()
