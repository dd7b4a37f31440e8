"""A leaked file opened by the command while a real worker runs, as the server's own one does
(``../shared/cases/trials/leak-counted-while-the-worker-runs.steps.txt``,
``leak-killed-midway.steps.txt``)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from aboveboard.commands import exits
from aboveboard.commands.demo.people import people, write
from tests.commands.conftest import Run, clean_environment, command
from tests.world import PROMISE_FILE

HOME = ["--home", "home"]
OURS, STRANGERS, TIMES = 20, 10, 3


@contextmanager
def worker(folder: Path) -> Generator[None]:
    """A worker that runs meanwhile."""
    running = subprocess.Popen(
        command("worker", *HOME),
        cwd=folder,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(3)  # it has begun to look for work, or does so while the first file is read
        yield
        assert running.poll() is None, "the worker ended by itself"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def instance(aboveboard: Run, folder: Path, database: list[str]) -> None:
    """An instance of 300 customers, three of whom went out in a parcel."""

    def done(*words: object) -> str:
        ran = aboveboard(*words)
        assert ran.returncode == exits.DONE, ran.stderr
        return ran.stdout

    done("init", "home", "--name", "Adventure Works", *database)
    done("promise", "adopt", PROMISE_FILE, *HOME)
    write(folder / "customers.csv", 300)
    done("import", "customers.csv", "--sample-mapping", *HOME)
    done("staff", "add", "ada@example.com", "--name", "Ada", "--role", "adviser", *HOME)
    numbers = [row["customer_id"] for row in people(300)][-3:]
    (folder / "numbers.txt").write_text("\n".join(numbers) + "\n")
    key = done("export", "new-key", "key.txt").strip()
    parcel = ["parcel.age", "--purpose", "deliver-orders", "--fields", "first_name,city"]
    to = ["--people", "numbers.txt", "--to", "courier", "--staff", "ada@example.com"]
    done("export", "make", *parcel, *to, "--key", key, *HOME)


def test_twenty_people_each_time_and_nothing_left_of_a_killed_count(
    aboveboard: Run, empty_database: list[str], tmp_path: Path
) -> None:
    instance(aboveboard, tmp_path, empty_database)
    ours = [row["email"] for row in list(people(300))[:OURS]]
    strangers = [f"s{number}@stranger.example" for number in range(STRANGERS)]
    (tmp_path / "found.txt").write_text("\n".join([*ours, *strangers]) + "\n")
    with worker(tmp_path):
        for _ in range(TIMES):
            opened = aboveboard(
                "incident", "open-leak", "found.txt", "--again", "--yes", "--json", *HOME
            )
            assert json.loads(opened.stdout)["people"] == OURS, opened.stderr
        time.sleep(4)  # what the worker has to do with them, it does now
        listed = json.loads(aboveboard("incident", "list", "--json", *HOME).stdout)
        assert [row["people"] for row in listed] == [OURS] * TIMES
        shown = aboveboard("incident", "count", "1", "--json", *HOME)
        facts = json.loads(shown.stdout)
        assert (facts["people"], facts["stranger_lines"]) == (OURS, STRANGERS)

    (tmp_path / "large.txt").write_text("\n".join(f"s{n}@stranger.example" for n in range(200_000)))
    reading = subprocess.Popen(
        command("incident", "open-leak", "large.txt", "--yes", "--json", *HOME),
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    working = tmp_path / "home" / "incidents" / "working"
    end = time.monotonic() + 60
    while not list(working.glob("*/leak-keys*")) and time.monotonic() < end:
        time.sleep(0.05)
    assert list(working.glob("*/leak-keys*")), "it was killed before it had written anything"
    os.kill(reading.pid, signal.SIGTERM)
    reading.wait(60)
    assert aboveboard("worker", "--once", *HOME).returncode == exits.DONE
    assert list(working.iterdir()) == []
    assert len(json.loads(aboveboard("incident", "list", "--json", *HOME).stdout)) == TIMES
