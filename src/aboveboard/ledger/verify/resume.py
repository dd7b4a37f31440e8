"""Resuming where a check was broken off, or where the last one ended.

What is kept: how many entries were checked and found whole, and the roots that they make up (a
compact range: at most 63 hashes). What is *not* trusted: that the log still begins with them.
A later check starts the tree from the kept roots, adds every leaf that follows, and must arrive
at the root that is signed now; if the log's beginning changed, it cannot. Entries before the place
are not read again, and the report says so.

The file is the verifier's own: anyone who can write it can make a check skip entries.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.tiles import WIDTH
from aboveboard.ledger.format.tree import HASH_BYTES, CompactRange

_VERSION = 1


@dataclass(slots=True)
class VerifiedPrefix:
    """How far a log was checked: ``tree`` holds the first ``tree.size``
    leaves, a multiple of 256."""

    origin: str
    tree: CompactRange


def read_place(file: Path) -> VerifiedPrefix | None:
    """Return the place kept in a file; None if there is no file.

    Raises:
        Invalid: the file is not one that was kept here.
    """
    if not file.is_file():
        return None
    try:
        kept = json.loads(file.read_text("utf-8"))
        size, peaks = kept["size"], [bytes.fromhex(peak) for peak in kept["peaks"]]
        if (
            kept["v"] != _VERSION
            or type(size) is not int
            or size < 0
            or size % WIDTH
            or not isinstance(kept["origin"], str)
        ):
            raise ValueError
        if len(peaks) != size.bit_count() or any(len(peak) != HASH_BYTES for peak in peaks):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fix = "Give another file, or delete it to check from the beginning."
        raise Invalid(found=f"{file} does not say how far a log was checked", fix=fix) from None
    return VerifiedPrefix(kept["origin"], CompactRange(size, peaks))


def keep_place(file: Path, place: VerifiedPrefix) -> None:
    """Write the place, whole or not at all."""
    kept = {
        "v": _VERSION,
        "origin": place.origin,
        "size": place.tree.size,
        "peaks": [peak.hex() for peak in place.tree.peaks],
    }
    temporary = file.with_name(f".{file.name}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(json.dumps(kept, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
