"""Blind indexes: a keyed digest stands for the value, so the database can find without knowing.

``HMAC-SHA-256(HMAC-SHA-256(index secret, "aboveboard/blind/v1/" kind), normal form)``, 32 bytes.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cache

from aboveboard.keys.queries import instance_secret
from aboveboard.vault.normalise import forms

KIND_NUMBERS = {"email": 1, "phone": 2, "customer_number": 3, "national_id": 4}


def number_of(kind: str) -> int | None:
    """Return the number under which a kind is filed, None for kinds that nobody is looked up by. Its format does not matter."""
    return KIND_NUMBERS.get(kind.partition(":")[0])


def digest(kind: str, normal: str) -> bytes:
    """Return the 32-byte blind digest of a normal form."""
    return hmac.digest(_key(kind.partition(":")[0], instance_secret("index")), normal.encode(), "sha256")


def digests(kind: str, value: str, regions: Iterable[str | None] = (None,)) -> list[bytes]:
    """Return the digests of every normal form of a value as someone typed it."""
    return [digest(kind, form) for form in forms(kind, value, regions)]


def key(kind: str) -> bytes:
    """Return the key of the digests of one kind, for loading many people."""
    return _key(kind, instance_secret("index"))


def check() -> str:
    """Return 16 hex digits that say which index key look-ups are made with, and nothing else."""
    return digest("customer_number", "aboveboard/which-index-key").hex()[:16]


@cache
def _key(kind: str, secret: bytes) -> bytes:
    return hmac.digest(secret, b"aboveboard/blind/v1/" + kind.encode(), "sha256")
