"""An nginx for the tests of the configuration that is shipped (``deploy/nginx.conf``).

``python scripts/nginx.py`` makes sure that there is one: it looks for the machine's, installs it
with apt-get where it runs as root, and otherwise says what to do. It is never started as a service:
a test runs it for itself, on a port and in a folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"


def find() -> str | None:
    """Return the path of an nginx: ``TEST_NGINX``, or the machine's; None if there is none."""
    return os.environ.get("TEST_NGINX") or shutil.which("nginx", path=_PLACES)


def ensure() -> str:
    """Return the path of an nginx, installing one if this is root on a Debian-like machine."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("nginx is not here: installing it with apt-get.", flush=True)
        # The package would start a server on port 80; the tests need the program alone.
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"],
            check=False,
            env=quiet,
        )
        found = find()
    if found is None:
        raise SystemExit(
            "The tests of deploy/nginx.conf need nginx, and none could be installed.\n"
            "Install it (Debian: sudo apt-get install nginx-light), or name one: "
            "TEST_NGINX=/path/to/nginx make test"
        )
    return found


if __name__ == "__main__":
    sys.stdout.write(f"nginx: {ensure()}\n")
