"""The programs that the tests run: nginx and Caddy for ``deploy/``, MariaDB and Dovecot for
``connectors``.

``python scripts/programs.py`` makes sure that they are there: it looks for the machine's, installs
them with apt-get where it runs as root, and otherwise says what to do. None is started as a
service: a test runs it for itself, on a port and in a folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
_PACKAGES = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "dovecot": "dovecot-imapd",
}


def find(name: str) -> str | None:
    """Return the path of a program: the one that ``TEST_NAME`` names, or the machine's; None if
    there is none."""
    return os.environ.get(_variable(name)) or shutil.which(name, path=_PLACES)


def ensure(name: str) -> str:
    """Return the path of a program, installing it if this is root on a Debian-like machine."""
    found = find(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"{name} is not here: installing it with apt-get.", flush=True)
        # The package would start a server on port 80; the tests need the program alone.
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", _PACKAGES[name]],
            check=False,
            env=quiet,
        )
        found = find(name)
    if found is None:
        raise SystemExit(
            f"The tests need {name}, and it could not be installed.\nInstall it "
            f"(Debian: sudo apt-get install {_PACKAGES[name]}), or name one: "
            f"{_variable(name)}=/path/to/{name} make test"
        )
    return found


def _variable(name: str) -> str:
    return f"TEST_{name.replace('-', '_').upper()}"


if __name__ == "__main__":
    for program in _PACKAGES:
        sys.stdout.write(f"{program}: {ensure(program)}\n")
