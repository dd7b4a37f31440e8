"""Looking for the sockets that the server listens on touches nothing else that is open."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

from aboveboard.site.serving import limits, sockets

# What SQLite does on the first connection of a process: with nobody's lock on byte 128 of the
# shared memory (its "dead man's switch"), it believes that it is alone and empties that file.
_IS_LOCKED = """
import fcntl, struct, sys
with open(sys.argv[1], "r+b") as file:
    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 128, 1, 0)
    kind = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0]
sys.exit(0 if kind != fcntl.F_UNLCK else 1)
"""


def test_the_locks_on_the_database_stay(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "instance.sqlite3")
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE held (number INTEGER)")
        shared_memory = tmp_path / "instance.sqlite3-shm"
        assert _is_locked(shared_memory), "the test itself must see SQLite's lock"
        sockets._bind_listeners()
        assert _is_locked(shared_memory)
    finally:
        database.close()


def test_a_listening_socket_is_bound_and_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sockets._bind_listeners()
        waits = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert waits == limits.ANSWER_PAUSE.total_seconds() * 1000
        with socket.create_connection(listener.getsockname()):
            listener.accept()[0].close()


def _is_locked(file: Path) -> bool:
    return subprocess.run([sys.executable, "-c", _IS_LOCKED, file], check=False).returncode == 0
