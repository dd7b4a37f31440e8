"""What this package must remember but may not keep in clear is sealed: sessions, and the secrets of
second factors.

AES-256-GCM; a key per context, derived (HKDF-SHA256, RFC 5869) from the instance secret
``sessions``. Box = 12 random bytes of nonce, then ciphertext and
tag; the context's name and what the box belongs to are associated data, so a box copied into
another row does not open.

A random 96-bit nonce is safe for 2**32 boxes of one key (NIST SP 800-38D, 8.3): a
thousand saved sessions a second for seven weeks. Rotate the ``sessions`` secret on an
instance that is busier than that.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.crypto import salted_hmac

from aboveboard.basics.errors import Damaged
from aboveboard.keys.queries import instance_secret

_NONCE = 12
_CONTEXTS_FROM: Final = "sessions"


class BoxDamaged(Damaged):
    """A sealed {what} cannot be decrypted: it was changed, moved, or sealed with another key."""

    code = "box_damaged"
    next_step = "Sign in again. If it is a second factor, ask an administrator to add you again."


def forget() -> None:
    """Clear this process's keys, because the database behind it is being replaced."""
    _cipher.cache_clear()


def seal(context: str, plaintext: bytes, *, belongs_to: bytes = b"") -> bytes:
    """Return the box of ``plaintext``.

    Raises:
        KeyUnwrapFailed, Unavailable: the root key does not open the instance's secret.
    """
    # Random and not counted: several processes seal with one key and share no counter.
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(context).encrypt(nonce, plaintext, context.encode() + b"\0" + belongs_to)


def unseal(context: str, box: bytes, *, belongs_to: bytes = b"") -> bytes:
    """Return what :func:`seal` was given.

    Raises:
        KeyUnwrapFailed, Unavailable: the root key does not open the instance's secret.
        BoxDamaged: the box was changed, moved or sealed with another key.
    """
    try:
        return _cipher(context).decrypt(
            box[:_NONCE], box[_NONCE:], context.encode() + b"\0" + belongs_to
        )
    except (InvalidTag, ValueError):
        raise BoxDamaged(what=context) from None


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which the cache keeps ``key``: keyed with Django's own
    secret, 64 hex characters.

    allauth's rate limits name network addresses and accounts in their keys,
    and the cache is a table.
    """
    # The cache is a table in a backup and a network address is personal data: whom a counter counts
    # is readable with the key alone.
    return salted_hmac(
        "aboveboard.cache", f"{key_prefix}:{version}:{key}", algorithm="sha256"
    ).hexdigest()


# Derived once a process: the instance secret is opened by the root key, which may be far away.
@cache
def _cipher(context: str) -> AESGCM:
    key = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"aboveboard/accounts/" + context.encode()
    )
    return AESGCM(key.derive(instance_secret(_CONTEXTS_FROM)))
