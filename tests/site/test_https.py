"""Behind TLS: secure cookies that belong to this host alone, and browsers
told to come by TLS only."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = (
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS",
    "ALLOWED_HOSTS",
    "DEBUG",
    "CSRF_TRUSTED_ORIGINS",
)
ASKED = f"""
import json, django; django.setup()
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}}))
"""


def _settings(home: Path, origin: str) -> dict[str, object]:
    (home / "aboveboard.toml").write_text(f'[server]\norigin = "{origin}"\n')
    (home / "signing.key").write_text(secrets.token_hex(32))
    environment = {
        **os.environ,
        "ABOVEBOARD_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
    }
    said = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True, env=environment
    ).stdout
    found: dict[str, object] = json.loads(said)
    return found


def test_an_https_origin_switches_everything_on(tmp_path: Path) -> None:
    found = _settings(tmp_path, "https://data.example.org")
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert str(found["SESSION_COOKIE_NAME"]).startswith("__Host-")
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert "data.example.org" in found["ALLOWED_HOSTS"]  # type: ignore[operator]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://data.example.org"])
def test_these_hold_everywhere(tmp_path: Path, origin: str) -> None:
    found = _settings(tmp_path, origin)
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == [origin]
