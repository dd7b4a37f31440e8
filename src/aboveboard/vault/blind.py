"""Blind indexes: a keyed digest stands for the value, so the database can find without knowing.

``HMAC-SHA-256(HMAC-SHA-256(index secret, "aboveboard/blind/v1/" kind), normal form)``, 32 bytes.
The index secret has generations, so that it can be replaced while everyone goes on
(:mod:`aboveboard.vault.generations`).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from functools import lru_cache

from aboveboard.keys.queries import SecretMissing, instance_secret
from aboveboard.kinds.normalise import normal_forms, search_forms
from aboveboard.vault import generations

KIND_NUMBERS = {"email": 1, "phone": 2, "customer_number": 3, "national_id": 4}
COMPARED_NUMBERS = {"email_digest": 5, "name_birth": 6}
"""What nobody is filed under: digests of these are made for one comparison, and go with it."""


def number_of(kind: str) -> int | None:
    """Return the number under which a kind is filed, None for kinds that nobody is looked up by.
    Its format does not matter."""
    return KIND_NUMBERS.get(kind.partition(":")[0])


def secret_name(generation: int) -> str:
    """Return the name of a generation's secret: the first has none of its own."""
    return f"index.{generation}" if generation else "index"


def digest(kind: str, normal: str, generation: int | None = None) -> bytes:
    """Return the 32-byte blind digest of a normal form, under the generation that is
    searched when none is named."""
    return _keyed(key(kind.partition(":")[0], generation), normal)


def _keyed(index_key: bytes, normal: str) -> bytes:
    # Copying a prepared HMAC saves the two blocks of its key, half of what a short digest costs.
    mac = _mac(index_key).copy()
    mac.update(normal.encode())
    return mac.digest()


def digests(
    kind: str, value: str, regions: Iterable[str | None] = (None,), generation: int | None = None
) -> list[bytes]:
    """Return the digests by which to look for a value as someone typed it."""
    return [digest(kind, form, generation) for form in search_forms(kind, value, regions)]


def filing_digests(
    kind: str, value: str, regions: Iterable[str | None], under: Collection[int]
) -> set[tuple[int, bytes]]:
    """Return what a value is filed under: each generation with each digest."""
    return _generation_digests(kind, normal_forms(kind, value, regions), under)


def search_digests(
    kind: str, value: str, regions: Iterable[str | None], under: Collection[int]
) -> set[tuple[int, bytes]]:
    """Return all that somebody with a value may be filed under, by an earlier version's rule too:
    for finding, never for filing."""
    return _generation_digests(kind, search_forms(kind, value, regions), under)


def _generation_digests(
    kind: str, normal: Collection[str], under: Collection[int]
) -> set[tuple[int, bytes]]:
    if not normal:
        return set()
    name = kind.partition(":")[0]
    # Each key is asked for once and not for each form: a phone has one for every country.
    keys = [(generation, key(name, generation)) for generation in under]
    return {
        (generation, _keyed(index_key, form)) for generation, index_key in keys for form in normal
    }


def key(kind: str, generation: int | None = None) -> bytes:
    """Return the key of the digests of one kind.

    Raises:
        SecretMissing: the generation was destroyed.
    """
    known = generations.guess()
    number = known.searched if generation is None else generation
    # Made only on a new instance: a secret that should be there and is not must be an error, since
    # with a fresh one nobody would ever be found again.
    return _key(kind, instance_secret(secret_name(number), make=not (number or known.kept)))


def check(generation: int | None = None) -> str:
    """Return 16 hex digits that say which index key look-ups are made with, and nothing else; empty
    when that key is gone."""
    if generation is None:
        generation = generations.current().searched
    try:
        return digest("customer_number", "aboveboard/which-index-key", generation).hex()[:16]
    except SecretMissing:
        return ""


@lru_cache(maxsize=16)
def _mac(index_key: bytes) -> hmac.HMAC:
    return hmac.new(index_key, digestmod="sha256")


@lru_cache(maxsize=16)
def _key(kind: str, secret: bytes) -> bytes:
    return hmac.digest(secret, b"aboveboard/blind/v1/" + kind.encode(), "sha256")
