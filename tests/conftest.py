"""The instance that the tests run on: a fresh folder, and SQLite or a real PostgreSQL.

``pytest`` runs on SQLite; with ``TEST_DATABASE=postgres`` on a server that is started here from the
binaries on the machine, or on ``TEST_POSTGRES_URL``.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared"


def _make_instance() -> Path:
    home = Path(tempfile.mkdtemp(prefix="aboveboard-tests-"))
    (home / "signing.key").write_bytes(secrets.token_bytes(32))
    (home / "root.key").write_text(secrets.token_hex(32))
    (home / "root.key").chmod(0o600)
    (home / "aboveboard.toml").write_text('[organisation]\nname = "Adventure Works"\n')
    return home


os.environ["ABOVEBOARD_HOME"] = str(_make_instance())
os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
