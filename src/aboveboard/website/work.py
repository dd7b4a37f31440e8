"""The work that a browser does before its choice is believed to be one of a visitor's: it finds a
number whose SHA-256 together with the choice starts with zero bits. Pure.

It proves that somebody spent a moment, not who they are; what makes floods dear is that the choice
itself is under the digest, so that work done once serves once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from aboveboard.website.limits import WORK_BITS


def stamp(visitor: str, revision: str, answers: Iterable[bool]) -> str:
    """Return what the work is about: the visitor's number, the revision, and each answer as a
    digit, in the order in which the promise asks."""
    return f"{visitor}.{revision}.{''.join(str(int(answer)) for answer in answers)}"


def is_done(about: str, nonce: str, *, bits: int = WORK_BITS) -> bool:
    """Whether ``nonce`` is the work for ``about``."""
    if not (nonce.isascii() and nonce.isdigit() and len(nonce) <= 12):
        return False
    digest = hashlib.sha256(f"{about}.{nonce}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - bits) == 0
