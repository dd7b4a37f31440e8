"""The files that a page of the organisation's website loads, made from the promise: one loader, the
panel, its style, and its words. Pure, but for reading the program's own files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.banner.words import LANGUAGES
from aboveboard.promise.model import ConsentSignal, Promise
from aboveboard.website.asked import asked_purposes, revision_of
from aboveboard.website.limits import ASKED_AGAIN, WORK_BITS

_FILES: Final = Path(__file__).with_name("files")


def loader(promise: Promise, *, serial: int, digest: str) -> bytes:
    """Return the script that stands in the head of each page, with what the promise of this
    version asks. ``digest``: of that version's source, so that its words are not read from a
    cache of another."""
    config = json.dumps(configuration(promise, serial, digest), separators=(",", ":"))
    return packed("loader.js").replace(b"__CONFIG__", config.encode())


def configuration(promise: Promise, serial: int, digest: str) -> Mapping[str, Any]:
    """Return what the loader is told."""
    asked = asked_purposes(promise)
    website = promise.website
    signals = [signal.value for signal in ConsentSignal]
    return {
        "asked": {
            key: {
                "revision": purpose.revision,
                "cookies": list(purpose.part.cookies),
                "storage": list(purpose.part.storage),
                "signals": list(purpose.part.signals),
            }
            for key, purpose in asked.items()
        },
        "gpc": [key for key in website.refused_by_gpc if key in asked] if website else [],
        # All of them, as soon as one is used: Google takes one that is not said as granted.
        "signals": signals if any(each.part.signals for each in asked.values()) else [],
        "days": ASKED_AGAIN.days,
        "promise": serial,
        "revision": revision_of(promise),
        "words": f"{digest[:8]}{version('words.yaml')}",
        "script": [panel_address(), integrity(panel())],
    }


def panel_address() -> str:
    """Return where the panel's script is, seen from the loader; another one where it changed."""
    return f"panel.js?v={hashlib.sha256(panel()).hexdigest()[:8]}"


@cache
def panel() -> bytes:
    """Return the script of the panel, the same for every promise."""
    own = {
        "sheet": f"panel.css?v={version('panel.css')}",
        "integrity": integrity(sheet()),
        "languages": list(LANGUAGES),
        "bits": WORK_BITS,
    }
    return packed("panel.js").replace(b"__PANEL__", json.dumps(own, separators=(",", ":")).encode())


def sheet() -> bytes:
    """Return the panel's style sheet."""
    return packed("panel.css")


@cache
def packed(name: str) -> bytes:
    """Return a file without comments that have lines of their own, and without indentation."""
    lines = (line.strip() for line in (_FILES / name).read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


@cache
def version(name: str) -> str:
    """Return eight digits that change when a file of the program does."""
    return hashlib.sha256((_FILES / name).read_bytes()).hexdigest()[:8]


def integrity(body: bytes) -> str:
    """Return what a browser holds a file against (W3C Subresource Integrity)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}"
