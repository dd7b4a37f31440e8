"""Addresses of style sheets, scripts and fonts that change with their content,
without a collecting step."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedFiles(StaticFilesStorage):
    """Adds ``?v=`` and the first digits of the content's SHA-256, so that a new version is
    never read from a cache."""

    def url(self, name: str | None) -> str:
        """Return the address of the file ``name``; a file that is missing
        keeps its plain address."""
        plain = super().url(name)
        version = _version(name or "")
        return f"{plain}?v={version}" if version else plain


# For the life of the process: assets change with a new version of the program, which starts anew.
@cache
def _version(name: str) -> str:
    file = finders.find(name)
    if not isinstance(file, str):
        return ""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:10]
