"""An instance that is really served, with short deadlines: for what strangers do to sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands.conftest import clean_environment, command
from tests.world import MAPPING_FILE, PROMISE_FILE

THREADS = 4
PAUSE = 2.0
"""Seconds of every deadline of this server, in place of ten to thirty."""

_SERVE = f"""
import sys
from datetime import timedelta
from aboveboard.api import limits as api
from aboveboard.commands import limits as commands
from aboveboard.commands.main import main
from aboveboard.site.serving import limits
limits.BODY_PAUSE = limits.BODY_TIME = limits.ANSWER_PAUSE = timedelta(seconds={PAUSE})
commands.HEAD_WAIT = api.STREAM_PAUSE = timedelta(seconds={PAUSE})
limits.SLOWEST = 10 ** 9
limits.STREAM_TICK = timedelta(seconds=0.2)
sys.exit(main(sys.argv[1:]))
"""
_STAFF = """
import django
django.setup()
from aboveboard.basics.actor import Role
from tests.accounts.people import staff_client
print(staff_client(Role.INCIDENT_LEAD).cookies["aboveboard-session"].value)
"""
_CLIENT = """
import django
django.setup()
import secrets
from aboveboard.promise.queries import in_force
from tests.api.programs import program
promise = in_force().promise
name = secrets.token_hex(4)
print(program(name, "shop-system", "Shops", tuple(promise.purposes), tuple(promise.channels))[1])
"""


@dataclass(frozen=True)
class Served:
    """A running server: where its instance and its temporary folder are, and its process."""

    home: Path
    temp: Path
    port: int
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    printed: Path
    connections: list[socket.socket] = field(default_factory=list)

    def connect(self, *, receive_buffer: int = 0) -> socket.socket:
        """Return a connection to it."""
        connection = socket.socket()
        self.connections.append(connection)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def hang_up(self) -> None:
        """Close every connection that was made."""
        while self.connections:
            self.connections.pop().close()

    def healthy_within(self) -> float:
        """Return how many seconds ``/healthz`` takes to say that all is well."""
        start = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20) as answer:
            assert answer.status == 200
        return time.monotonic() - start

    def python(self, script: str) -> list[str]:
        """Run a script on its instance and return the lines that it printed."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        return done.stdout.split()

    def staff(self) -> str:
        """Return the headers of an incident lead: a session and the token of its forms."""
        token = "a" * 32  # a form's token has to be that of the cookie, whatever it is
        cookie = f"aboveboard-session={self.python(_STAFF)[0]}; aboveboard-csrf={token}"
        return f"Cookie: {cookie}\r\nX-CSRFToken: {token}\r\n"

    def client(self) -> str:
        """Return the header of a program."""
        return f"Authorization: Bearer {self.python(_CLIENT)[0]}\r\n"

    def answering_processes(self) -> list[int]:
        """Return the processes that answer: those that the server forked."""
        return [
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if _parent(folder) == self.process.pid
        ]

    def kill(self) -> None:
        """End everything at once, as a power cut would."""
        for process in (self.process.pid, *self.answering_processes()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(20)


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended meanwhile
        return 0


@contextmanager
def served(
    folder: Path, *, promise: bool = False, origin: str = "", **settings: str
) -> Iterator[Served]:
    """Serve the instance in the folder, on SQLite: a fresh one if none is there, with the sample
    promise in force, if asked for. ``settings``: more of its environment."""
    home, temp = folder / "home", folder / "temp"
    temp.mkdir(exist_ok=True)
    environment = clean_environment() | {
        "ABOVEBOARD_HOME": str(home),
        "ABOVEBOARD_SERVER_THREADS": str(THREADS),
        "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
        "TMPDIR": str(temp),
        **settings,
    }
    if not home.exists():
        words = ["init", home, *(["--promise", PROMISE_FILE] if promise else [])]
        words += ["--origin", origin] if origin else []
        subprocess.run(
            [sys.executable, "-m", "tests.schema_once", *map(str, words)],
            env=environment,
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[2],
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    printed = folder / "printed"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--no-worker", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    running = Served(home, temp, port, process, environment, printed)
    try:
        _wait(running)
        yield running
    finally:
        running.hang_up()
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def _wait(running: Served) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            running.healthy_within()
        except OSError:
            if time.monotonic() > end or running.process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return


def people(running: Served, file: Path) -> None:
    """Load people of a file in the sample's form."""
    subprocess.run(
        command("import", file, "--mapping", MAPPING_FILE),
        env=running.environment,
        check=True,
        capture_output=True,
    )
