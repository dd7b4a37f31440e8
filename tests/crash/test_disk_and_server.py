"""The disk fills up, or the database server dies, while people are looked up: whatever was released
has its entry, for good.

The programs are real and the instance is their own. A limit on the size of files stands for a full
disk: the system refuses to write on, in the middle of whatever was being written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aboveboard.commands import exits
from aboveboard.commands.demo.people import write
from scripts import postgres
from tests.commands.conftest import clean_environment, command
from tests.world import PROMISE_FILE

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[2]


class Using:
    """A program that uses people's data and prints the number of each entry after its use.

    What it prints is read through one buffer, by lines and to the end: ``Popen.communicate`` after
    a ``readline`` would lose what that buffer had taken already.
    """

    def __init__(self, program: list[str], environment: dict[str, str]) -> None:
        self.complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see ended
        self.process = subprocess.Popen(
            program,
            env=environment,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
        )
        assert self.process.stdout is not None
        self.printed = self.process.stdout

    def first(self) -> int:
        return int(self.printed.readline())

    def ended(self) -> tuple[int, set[int], str]:
        """Wait for its end; return its exit code, the entries it printed since the last call, and
        what it complained of."""
        watchdog = threading.Timer(120, self.process.kill)
        watchdog.start()
        try:
            text = self.printed.read()
            code = self.process.wait()
        finally:
            watchdog.cancel()
        self.printed.close()
        with self.complaints:
            self.complaints.seek(0)
            # The last line may be cut in the middle.
            whole = text[: text.rfind("\n") + 1]
            return code, set(map(int, whole.split())), self.complaints.read()


@dataclass
class Instance:
    """An instance with people in it, and the server of its database, if it has one."""

    home: Path
    environment: dict[str, str]
    server: postgres.Server | None

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command(*words),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == exits.DONE, done.stderr
        return done

    def using(self, limit: int | None = None) -> Using:
        return Using(limited([sys.executable, "-m", "tests.crash.using"], limit), self.environment)

    def entries(self) -> set[int]:
        query = (
            "from aboveboard.ledger.models import Entry; "
            "print(*Entry.objects.filter(kind='use.granted').values_list('id', flat=True))"
        )
        program = f"import django; django.setup(); {query}"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return set(map(int, done.stdout.split()))


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Instance]:
    # Small pieces of its log, so that a limit on the size of files is met by a table
    # first. Durable, as a real one.
    server = (
        postgres.start(("max_connections=50",), ("--wal-segsize=1",))
        if request.param == "postgres"
        else None
    )
    environment = clean_environment() | {
        "ABOVEBOARD_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
    }
    if server:
        environment["ABOVEBOARD_DATABASE_URL"] = server.url
    made = Instance(tmp_path / "home", environment, server)
    try:
        made.run("init", made.home, "--promise", PROMISE_FILE)
        write(tmp_path / "customers.csv", 100)
        made.run("import", tmp_path / "customers.csv", "--sample-mapping")
        yield made
    finally:
        if server:
            server.stop()


def limited(program: list[str], limit: int | None) -> list[str]:
    """Return the command that runs ``program`` with no file growing beyond ``limit`` bytes."""
    return (
        program
        if limit is None
        else ["sh", "-c", f'ulimit -f {limit // 512}; exec "$@"', "sh", *program]
    )


def largest_file(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def released(program: Using) -> set[int]:
    code, entries, complaints = program.ended()
    assert code in (exits.UNAVAILABLE, exits.FAULT), complaints
    return entries


def goes_on(instance: Instance) -> None:
    before = instance.entries()
    program = instance.using()
    assert program.first() not in before
    program.process.kill()
    program.ended()
    instance.run("worker", "--once")
    instance.run("ledger", "verify")


def test_a_full_disk_releases_nothing_without_its_entry_and_is_gone_on_from(
    instance: Instance,
) -> None:
    if instance.server:
        unlimited = instance.server.command
        instance.server.crash()
        limit = max(largest_file(instance.server.folder / "data"), 1024**2) + 256 * 1024
        instance.server.command = limited(unlimited, limit)
        instance.server.again()
        printed = released(instance.using())
        instance.server.crash()
        instance.server.command = unlimited
        instance.server.again()
    else:
        printed = released(instance.using(limit=largest_file(instance.home) + 256 * 1024))
    assert printed, "it used people's data before the disk was full"
    assert printed <= instance.entries(), "something was released that no entry proves"
    goes_on(instance)


def test_a_server_that_dies_loses_no_entry_of_what_was_released(instance: Instance) -> None:
    program = instance.using()
    first = program.first()
    time.sleep(0.3)
    if instance.server:
        instance.server.crash()
    else:
        program.process.kill()  # an embedded database dies with its process
    code, entries, complaints = program.ended()
    assert code == (exits.UNAVAILABLE if instance.server else -9), complaints
    if instance.server:
        instance.server.again()
    assert {first, *entries} <= instance.entries(), "something was released that no entry proves"
    goes_on(instance)
