"""Sealed facts: what somebody outside wrote (a case number, the evidence of a choice, the digest of
a file), so that an entry of the public log proves it and nobody can guess it.

A sealed fact is ``salt(16) || HMAC-SHA-256(key, text)`` in hex. The key is of that one fact:
derived
from the person's ledger secret and the salt, or random and kept beside the row that the entry is
about. Whoever is given the key can check the text; without it two facts of one text have nothing in
common, and no dictionary finds either. A plain digest would not do: order numbers, dates and phone
numbers are few enough to try them all (``docs/decisions/0028-sealed-facts.md``). Pure.
"""

from __future__ import annotations

import hmac
import os
from typing import Final

from aboveboard.basics.facts import SEALED_HEX, SealedFact

KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_DERIVED: Final = b"aboveboard/sealed-fact/v1"


def new_key() -> bytes:
    """Return a key for one fact that is not about a person; the caller keeps it."""
    return os.urandom(KEY_BYTES)


def seal(text: str, key: bytes) -> SealedFact:
    """Return a text sealed with a key that seals nothing else."""
    return _sealed(os.urandom(_SALT_BYTES), text, key)


def seal_with_secret(secret: bytes, text: str) -> SealedFact:
    """Return a text sealed with a key derived from a person's ledger secret, which
    :func:`derive_key` gives again."""
    salt = os.urandom(_SALT_BYTES)
    return _sealed(salt, text, _derived(secret, salt))


def derive_key(secret: bytes, fact: str) -> bytes | None:
    """Return the key of a fact that was sealed under this secret: what the person is given, to
    check it. None for what is not sealed (:func:`is_sealed`)."""
    return _derived(secret, _salt(fact)) if is_sealed(fact) else None


def verify_text(fact: str, text: str, key: bytes) -> bool:
    """Whether a sealed fact says this text."""
    return is_sealed(fact) and hmac.compare_digest(_sealed(_salt(fact), text, key), fact)


def is_sealed(fact: str) -> bool:
    """Whether a fact is sealed: one from before facts were is shorter."""
    return len(fact) == SEALED_HEX


def _salt(fact: str) -> bytes:
    return bytes.fromhex(fact[: 2 * _SALT_BYTES])


def _derived(secret: bytes, salt: bytes) -> bytes:
    return hmac.digest(secret, _DERIVED + salt, "sha256")


def _sealed(salt: bytes, text: str, key: bytes) -> SealedFact:
    return SealedFact((salt + hmac.digest(key, text.encode(), "sha256")).hex())
