"""``aboveboard serve``: answer requests, and run the background worker beside it.

1. Settings, database and root key are checked; the instance is brought to this version.
2. The port is tried, so that a busy one is a plain sentence and not a traceback.
3. The worker starts as a process of its own and is started again if it dies.
4. Granian answers until Ctrl-C or SIGTERM; then the worker is asked to finish and waited for. That
   it is running is said when it has answered.
"""

from __future__ import annotations

import argparse
import http.client
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aboveboard.basics import settings
from aboveboard.basics.errors import Conflict
from aboveboard.commands import exits, limits
from aboveboard.commands.instance.worker import PARENT_VARIABLE

if TYPE_CHECKING:
    from aboveboard.delivery.catcher import Catcher

NAME = "serve"
HELP = "Serve the pages and the API, and run the background worker."
EXAMPLE = """\
aboveboard serve --home our-instance
aboveboard serve --port 8001
aboveboard serve --processes 4 --no-worker     (with `aboveboard worker` elsewhere)"""

log = logging.getLogger("aboveboard.serve")


class PortBusy(Conflict):
    """Port {port} is in use."""

    code = "port_busy"
    next_step = "Stop the program that uses it, or choose another port: --port {other}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="the address to listen on (default: server.host)")
    parser.add_argument("--port", type=int, help="the port to listen on (default: server.port)")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="how many processes answer requests (default: %(default)s)",
    )
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="do not run the background worker here; run `aboveboard worker` elsewhere",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    current = settings.current()
    host, port = args.host or current.server.host, args.port or current.server.port
    # Before the port is tried and the worker started: both would begin on a database of another
    # version.
    prepare()
    check_port(host, port)
    supervisor = None if args.no_worker else Supervisor()
    # Granian takes over SIGINT and SIGTERM once it runs; until then they end this
    # process the same clean way.
    signal.signal(signal.SIGTERM, _as_interrupt)
    caught = catch_mail(current)
    try:
        if supervisor:
            supervisor.start()
        announcing = threading.Thread(
            target=announce, args=(host, port), name="announce", daemon=True
        )
        announcing.start()
        _granian(host, port, args.processes)
    finally:
        if supervisor:
            supervisor.stop()
        if caught:
            caught.stop()
    return exits.DONE


def catch_mail(current: settings.Settings) -> Catcher | None:
    """On a demonstration, catch all mail where /demo/mail shows it; elsewhere do nothing.

    Raises:
        PortTaken: something else listens where ``mail.url`` points.
    """
    from aboveboard.keys.demonstration import is_demonstration

    if not is_demonstration():
        return None
    from aboveboard.delivery import catcher

    where = urlsplit(current.mail.url)
    return catcher.start(where.hostname or "127.0.0.1", where.port or 25, current.path("mail"))


def say(sentence: str) -> None:
    """Tell whoever started it."""
    print(sentence, flush=True)


def prepare() -> None:
    """Bring the instance to this version, and try the root key.

    Raises:
        RootKeyMissing, KeyUnwrapFailed: no record could be opened.
        MigrationsPending, DatabaseNewer, DatabaseEmpty, UpgradeBackupFailed, StillInUse,
        UpgradeFailed: the database is of another version, and is left as it is.
        DatabaseAway: it does not answer.
        NoDemonstration: the settings say that it is a demonstration, and it is none.
    """
    from django.db import connection

    from aboveboard.commands.instance import upgrading
    from aboveboard.keys import demonstration
    from aboveboard.keys.queries import check_root_key

    if outcome := upgrading.prepare(say):
        for sentence in upgrading.sentences(outcome):
            say(sentence)
    # Without it every page would fail later, one by one, instead of the start now.
    check_root_key()
    demonstration.check()
    connection.close()
    if connection.vendor == "postgresql":
        # The processes that answer are forked: with the pool they would share its one connection,
        # and get each other's rows.
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has it


def check_port(host: str, port: int) -> None:
    """Check that the port can be listened on.

    Raises:
        PortBusy: another program listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As Granian does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(port=port, other=port + 1 if port < 65535 else 8001) from error


def announce(host: str, port: int) -> None:
    """Say that the server is running once it answers: whoever waits for the sentence may ask."""
    # What listens on all addresses is asked on this machine's own.
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while not _answers(here, port):
        time.sleep(limits.START_PROBE.total_seconds())
    print(f"Aboveboard is running at http://{host}:{port}/. Press Ctrl-C to stop it.", flush=True)


def _answers(host: str, port: int) -> bool:
    asking = http.client.HTTPConnection(host, port, timeout=limits.START_ANSWER.total_seconds())
    try:
        asking.request("GET", "/healthz")
        asking.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
    return True


class Supervisor:
    """Keeps one worker process running until stopped; a worker that dies is started again
    after a rest that grows."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker-supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._process = self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Ask the worker to end its turn, wait for it, kill it when its time is up."""
        self._stop.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(limits.STOP_PATIENCE.total_seconds() + 2)
        except subprocess.TimeoutExpired:
            log.warning(
                "the worker did not end in time and was killed; its work is taken up at the next "
                "start"
            )
            # Safe at any moment: what the worker had in hand is a row that the next one takes up.
            process.kill()
            process.wait()

    def _watch(self) -> None:
        rest = 1.0
        while self._process is not None and not self._stop.is_set():
            code = self._process.wait()
            if self._stop.is_set():
                return
            log.error(
                "the worker ended by itself (exit code %s) and is started again in %.0f s",
                code,
                rest,
            )
            if self._stop.wait(rest):
                return
            # A worker that dies at once would otherwise be started hundreds of times a second, and
            # fill the log.
            rest = min(rest * 2, 30.0)
            self._process = self._spawn()

    @staticmethod
    def _spawn() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            settings.HOME_VARIABLE: str(settings.current().home),
            # How the worker learns that the server was killed: no signal of its death reaches a
            # session of its own.
            PARENT_VARIABLE: str(os.getpid()),
        }
        # A session of its own: Ctrl-C reaches the server only, which then
        # stops the worker in order.
        return subprocess.Popen(
            [sys.executable, "-m", "aboveboard.commands.main", "worker"],
            env=environment,
            start_new_session=True,
        )


def _granian(host: str, port: int, processes: int) -> None:
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "aboveboard.site.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        # Not "auto": that waits for the first bytes of a connection, to tell HTTP/1 from HTTP/2,
        # without a deadline.
        http=HTTPModes.http1,
        # Not "auto": the application reaches into the loop (``site.serving.threads``).
        loop=Loops.asyncio,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(limits.HEAD_WAIT.total_seconds() * 1000),
            max_buffer_size=limits.HEAD_BYTES,
        ),
        backpressure=_connections(),
        backlog=limits.BACKLOG,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        # As long as the worker is given: an answer whose entry is written should reach who asked.
        workers_kill_timeout=int(limits.STOP_PATIENCE.total_seconds()),
    ).serve()


def _connections() -> int:
    """Let each process open as many files as the system lets it, and return how many connections
    that leaves room for: an idle one costs a descriptor and nothing else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = limits.CONNECTIONS + limits.OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < most:
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    elif soft == resource.RLIM_INFINITY:
        soft = most
    return max(min(limits.CONNECTIONS, soft - limits.OTHER_FILES), limits.OTHER_FILES)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
