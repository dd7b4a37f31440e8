"""Adding up what a sweep found, and binding its rows with a digest. Pure; both go on
from where they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from aboveboard.basics import clock
from aboveboard.basics.canonical import canonical

Counts = dict[str, dict[str, int]]
"""``fields``: field to how many; ``whys``: "field purpose why" to how many; ``people`` and
``outcomes``: code to how many."""


def initial_digest(promise_serial: int, at: datetime) -> str:
    """Return the digest of a sweep in which nothing was reviewed yet."""
    return hashlib.sha256(
        b"aboveboard/sweep/v1/" + canonical([promise_serial, clock.to_text(at)])
    ).hexdigest()


def row_digest(
    person_id: int, fields: Mapping[str, Mapping[str, str]], whole: bool, outcome: str
) -> str:
    """Return the digest of one row: SHA-256 of its canonical JSON."""
    row = [str(person_id), {name: dict(whys) for name, whys in fields.items()}, whole, outcome]
    # The standard library's encoder writes the same bytes as RFC 8785 for text and ASCII
    # keys, twenty times as fast.
    return hashlib.sha256(
        json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def extend_digest(digest: str, row: str) -> str:
    """Return the digest after one more row: SHA-256 of the one before and the row's."""
    return hashlib.sha256(bytes.fromhex(digest) + bytes.fromhex(row)).hexdigest()


def add(
    counts: Counts, fields: Mapping[str, Mapping[str, str]], *, whole: bool, suspended: str
) -> None:
    """Count one person's row, in place. What must wait is counted by its reason alone."""
    if suspended:
        _count(counts, "suspended", suspended)
        return
    _count(counts, "people", "whole" if whole else "some")
    for name, whys in fields.items():
        _count(counts, "fields", name)
        for purpose, why in whys.items():
            _count(counts, "whys", f"{name} {purpose} {why}")


def _count(counts: Counts, table: str, key: str) -> None:
    cells = counts.setdefault(table, {})
    cells[key] = cells.get(key, 0) + 1
