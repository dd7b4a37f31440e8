"""``mypy --strict`` over the package, with an instance for Django's settings to be read from."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

with tempfile.TemporaryDirectory() as home:
    (Path(home) / "aboveboard.toml").write_text("")
    (Path(home) / "signing.key").write_text(secrets.token_hex(32))
    command = [sys.executable, "-m", "mypy", *sys.argv[1:]]
    sys.exit(
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "ABOVEBOARD_HOME": home}, check=False
        ).returncode
    )
