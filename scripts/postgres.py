"""A throw-away PostgreSQL server for the tests, from the binaries on the machine.

``python scripts/postgres.py`` makes sure that there are binaries: it looks for them,
installs them with apt-get where it runs as root, and otherwise says what to do.
``TEST_POSTGRES_URL`` names another server.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
_SPEED = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
)


def find_binaries() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, version 15 or newer; None if
    the machine has none."""
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr/local").glob("pgsql*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql*/bin"),
    ]
    if config := shutil.which("pg_config"):
        places.append(
            Path(
                subprocess.run(
                    [config, "--bindir"], capture_output=True, text=True, check=True
                ).stdout.strip()
            )
        )
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    versions = {
        place: _version(place)
        for place in places
        if (place / "initdb").exists() and (place / "postgres").exists()
    }
    fit = {place: version for place, version in versions.items() if version >= OLDEST}
    return max(fit, key=lambda place: fit[place]) if fit else None


def _version(place: Path) -> int:
    said = subprocess.run(
        [place / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"(\d+)", said)
    return int(number[1]) if number else 0


def ensure_binaries() -> Path:
    """Return the folder of the binaries, installing them if this is root on
    a Debian-like machine."""
    found = find_binaries()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("PostgreSQL is not here: installing it with apt-get (a few minutes).", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"],
            check=False,
            env=quiet,
        )
        found = find_binaries()
    if found is None:
        raise SystemExit(
            f"The tests need PostgreSQL {OLDEST} or newer, and this machine has none.\n"
            "Install it (Debian: sudo apt-get install postgresql), or name a server whose user may "
            "create databases:\n"
            "  TEST_POSTGRES_URL=postgresql://USER:PASSWORD@HOST:PORT/NAME make test"
        )
    return found


@dataclass
class Server:
    """A running server; ``url`` is what ``database.url`` takes."""

    url: str
    folder: Path
    command: list[str]
    process: subprocess.Popen[bytes]

    def crash(self) -> None:
        """End it at once, by its process id, without a chance to tidy up; its files stay."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)

    def again(self) -> None:
        """Start it again on the files that it left."""
        self.process = _run(self.command, self.folder)
        _await(self)

    def stop(self) -> None:
        """End it, and remove its files."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(settings: tuple[str, ...] = _SPEED, made_with: tuple[str, ...] = ()) -> Server:
    """Start a server on a free loopback port with a password of its own. The default settings give
    up durability for speed.

    ``made_with``: more arguments of ``initdb``.
    """
    binaries = ensure_binaries()
    folder = Path(tempfile.mkdtemp(prefix="aboveboard-postgres-"))
    password, secret = secrets.token_urlsafe(16), folder / "password"
    secret.write_text(password)
    data, port = folder / "data", _free_port()
    access = ["-U", "aboveboard", "-A", "scram-sha-256", f"--pwfile={secret}"]
    made = [
        binaries / "initdb",
        "-D",
        data,
        *access,
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
        *made_with,
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, **_someone_else(folder))
    options = [part for setting in settings for part in ("-c", setting)]
    command = [
        str(binaries / "postgres"),
        "-D",
        str(data),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        str(folder),
        *options,
    ]
    server = Server(
        f"postgresql://aboveboard:{password}@127.0.0.1:{port}/postgres",
        folder,
        command,
        _run(command, folder),
    )
    _await(server)
    return server


def _run(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, **_someone_else(folder)
        )


def _await(server: Server) -> None:
    ready = [
        Path(server.command[0]).with_name("pg_isready"),
        "-q",
        "-h",
        "127.0.0.1",
        "-p",
        server.url.rpartition(":")[2].partition("/")[0],
    ]
    for _ in range(300):
        if server.process.poll() is not None:
            said = (server.folder / "log").read_text()
            server.stop()
            raise SystemExit(f"PostgreSQL did not start:\n{said}")
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    server.stop()
    raise SystemExit("PostgreSQL did not answer within 30 seconds.")


def _someone_else(folder: Path) -> dict[str, object]:
    """Return how to start a process as an ordinary user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    name = next(
        user.pw_name
        for wanted in ("postgres", "nobody")
        for user in pwd.getpwall()
        if user.pw_name == wanted
    )
    account = pwd.getpwnam(name)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.stdout.write(
        f"PostgreSQL: {ensure_binaries()}\n"
        if "TEST_POSTGRES_URL" not in os.environ
        else "PostgreSQL: TEST_POSTGRES_URL\n"
    )
