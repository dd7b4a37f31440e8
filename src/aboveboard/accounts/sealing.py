"""What this room must remember but may not keep in clear is sealed: sessions, and the
secrets of second factors.

AES-256-GCM; a key per context, derived (HKDF-SHA256, RFC 5869) from the one secret that
``site`` provides from ``keys`` at start-up. Box = 12 random bytes of nonce, then ciphertext and
tag; the context's name and what the box belongs to are associated data, so a box copied into
another row does not open.

A random 96-bit nonce is safe for 2**32 boxes of one key (NIST SP 800-38D, 8.3): a
thousand saved sessions a second for seven weeks. Rotate the ``sessions`` secret on an
instance that is busier than that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.crypto import salted_hmac

from aboveboard.basics.errors import AboveboardError

_NONCE = 12
_secret: Callable[[], bytes] | None = None


class NoSealingKey(AboveboardError):
    """No secret was registered to seal sessions with, so nobody can sign in."""

    code = "no_sealing_key"
    next_step = "Call accounts.sealing.register(...) at start-up."


class WillNotOpen(AboveboardError):
    """A sealed {what} does not open: it was changed, moved, or sealed with another key."""

    code = "will_not_open"


def register(secret: Callable[[], bytes]) -> None:
    """Set where the secret (32 bytes) comes from; it is asked for once a
    process, when first needed."""
    global _secret
    _secret = secret
    _cipher.cache_clear()


def seal(context: str, plaintext: bytes, *, belongs_to: bytes = b"") -> bytes:
    """Return the box of ``plaintext``.

    Raises:
        NoSealingKey: nothing was registered.
    """
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(context).encrypt(nonce, plaintext, context.encode() + b"\0" + belongs_to)


def unseal(context: str, box: bytes, *, belongs_to: bytes = b"") -> bytes:
    """Return what :func:`seal` was given.

    Raises:
        NoSealingKey: nothing was registered.
        WillNotOpen: the box was changed, moved or sealed with another key.
    """
    try:
        return _cipher(context).decrypt(
            box[:_NONCE], box[_NONCE:], context.encode() + b"\0" + belongs_to
        )
    except (InvalidTag, ValueError):
        raise WillNotOpen(what=context) from None


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which the cache keeps ``key``: keyed with Django's own
    secret, 64 hex characters.

    allauth's rate limits name network addresses and accounts in their keys,
    and the cache is a table.
    """
    return salted_hmac(
        "aboveboard.cache", f"{key_prefix}:{version}:{key}", algorithm="sha256"
    ).hexdigest()


@cache
def _cipher(context: str) -> AESGCM:
    if _secret is None:
        raise NoSealingKey()
    key = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"aboveboard/accounts/" + context.encode()
    )
    return AESGCM(key.derive(_secret()))
