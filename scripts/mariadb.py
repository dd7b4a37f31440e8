"""A throw-away MariaDB server for the tests of connected databases, on a socket in a folder of its
own, from the program on the machine (``scripts/programs.py`` installs it)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import programs

_FAST = (
    "--skip-networking",
    "--skip-grant-tables",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--skip-log-bin",
)


@dataclass
class MariaServer:
    """A running server; ``socket`` is where it is reached, by any name and password."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def socket(self) -> str:
        """The socket, as drivers take it."""
        return str(self.folder / "socket")

    def stop(self) -> None:
        """End it, by its process id, and remove its files."""
        self.process.kill()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def start() -> MariaServer:
    """Start a server that gives up durability for speed."""
    program = programs.ensure("mariadbd")
    folder = Path(tempfile.mkdtemp(prefix="aboveboard-mariadb-"))
    other = _someone_else(folder)
    data = folder / "data"
    # As the server makes them itself: without the accounts and the help that nobody asks for.
    made = [
        str(Path(programs.ensure("mariadb-install-db"))),
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=8M",
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other)
    command = [
        program,
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={folder / 'socket'}",
        f"--pid-file={folder / 'pid'}",
        *_FAST,
    ]
    with (folder / "log").open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **other)
    server = MariaServer(folder, process)
    for _ in range(600):
        if (folder / "socket").exists():
            return server
        if process.poll() is not None:
            break
        time.sleep(0.1)
    said = (folder / "log").read_text()
    server.stop()
    raise SystemExit(f"MariaDB did not start:\n{said}")


def _someone_else(folder: Path) -> dict[str, Any]:
    """Return how to start a process as an ordinary user: MariaDB refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": folder}
