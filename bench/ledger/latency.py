"""How soon an entry is in the tree after it is durable: a worker runs, one of its jobs computes
without rest, programs append."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.instance import ROOT, instance
from bench.row import Row

SECONDS = 12
PROMISED = 1.0
"""Seconds from durable to in the tree (``limits.SEQUENCE_EVERY``)."""


def run() -> list[Row]:
    """Measure on both databases; the figure is the share of entries that were in time, and the note
    says how long they took."""
    rows = []
    for database in ("sqlite", "postgres"):
        with instance(database) as environment:
            words = [sys.executable, "-m", "bench.ledger.latency"]
            worker = subprocess.Popen([*words, "worker"], env=environment, cwd=ROOT)
            try:
                done = subprocess.run(
                    [*words, "append"],
                    env=environment,
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                    check=True,
                )
            finally:
                worker.terminate()
                worker.wait()
            took = sorted(json.loads(done.stdout))
        share = 100 * sum(seconds <= PROMISED for seconds in took) / len(took)
        times = ", ".join(
            f"{name} {took[min(len(took) - 1, int(len(took) * part))]:.2f} s"
            for name, part in _PARTS
        )
        rows.append(
            Row(
                "in the tree within 1 s",
                share,
                "%",
                100.0,
                f"{database}, {len(took):,} entries, a job computes: {times}",
            )
        )
    return rows


_PARTS = (("median", 0.5), ("99 %", 0.99), ("longest", 1.0))


def work() -> None:
    """Run the worker's own loops, with a job that never rests: pure Python, which shares the
    interpreter worst of all."""
    import django

    django.setup()
    from aboveboard.commands.instance import worker

    def compute() -> bool:
        return sum(number * number for number in range(3_000_000)) > 0

    loops = worker.make_loops("bench", threading.Event())
    for loop in loops:
        if loop.name == "jobs":
            loop.turn = compute
    threads = [threading.Thread(target=loop.run_forever, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def append() -> list[float]:
    """Append for a while, then say how many seconds each entry took from its commit to the
    published checkpoint."""
    import django

    django.setup()
    from django.db import transaction

    from aboveboard.basics import clock, settings
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.ledger.actions import NewEntry, append_many
    from aboveboard.ledger.format.checkpoint import parse
    from aboveboard.ledger.models import Entry

    seen: list[tuple[float, int]] = []
    stop = threading.Event()

    def watch(file: Path) -> None:
        while not stop.wait(0.005):
            if file.is_file():
                size = parse(file.read_text("utf-8").partition("\n\n")[0] + "\n").size
                if not seen or size != seen[-1][1]:
                    seen.append((time.monotonic(), size))

    watching = threading.Thread(target=watch, args=(settings.current().path("log") / "checkpoint",))
    watching.start()
    facts = {
        "purpose": "answer-contact",
        "fields": ["email", "first_name"],
        "channel": "phone",
        "promise": 1,
    }
    durable: dict[int, float] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with transaction.atomic():
            ids = append_many(
                [NewEntry("use.granted", SYSTEM, clock.now(), "0" * 32, facts) for _ in range(20)]
            )
        durable.update(dict.fromkeys(ids, time.monotonic()))
        time.sleep(0.01)
    while Entry.objects.filter(leaf_index__isnull=True).exists():
        time.sleep(0.05)
    time.sleep(1)
    stop.set()
    watching.join()
    places = dict(
        Entry.objects.filter(pk__in=list(durable)[:: len(durable) // 5_000 + 1]).values_list(
            "pk", "leaf_index"
        )
    )
    return [
        next(at for at, size in seen if size > place) - durable[entry]
        for entry, place in places.items()
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        work()
    elif sys.argv[1:] == ["append"]:
        print(json.dumps(append()))
