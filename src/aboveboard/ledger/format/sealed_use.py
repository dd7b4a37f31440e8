"""A use that the log holds sealed: what it was stands in its entry under a key that is derived from
the ledger secret of whom it is about. ``FORMAT.md``, "Sealed use". Pure.

The key is of this entry alone, so that it can be given to the person when the time has come, and it
goes with the person's key. The tag binds the text to the key: no second key opens another text.
"""

from __future__ import annotations

import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import SealedBox

_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_STEP: Final = 256
_DERIVED: Final = b"aboveboard/sealed-use/v1"


class BoxRefused(Invalid):
    """What was sealed does not open with this key."""

    code = "box_refused"
    next_step = "Give the key of this entry, from its page."


def seal_use(secret: bytes, text: str) -> SealedBox:
    """Return a text sealed for one entry, padded to a multiple of 256 bytes."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    key = _derive(secret, salt)
    plain = text.encode()
    # Spaces, which JSON passes over: its length would tell one purpose from another.
    plain += b" " * (-len(plain) % _STEP)
    box = AESGCM(_part(key, b"box")).encrypt(nonce, plain, salt)
    return SealedBox((salt + _tag(key, plain) + nonce + box).hex())


def key_of_box(secret: bytes, box: str) -> bytes:
    """Return the key of one entry's box: what the person is given."""
    return _derive(secret, bytes.fromhex(box)[:_SALT_BYTES])


def open_box(key: bytes, box: str) -> str:
    """Return the text.

    Raises:
        BoxRefused: it is another entry's key, or the box was changed.
    """
    data = bytes.fromhex(box)
    salt, data = data[:_SALT_BYTES], data[_SALT_BYTES:]
    tag, data = data[:_TAG_BYTES], data[_TAG_BYTES:]
    try:
        plain = AESGCM(_part(key, b"box")).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], salt)
    except (InvalidTag, ValueError):
        raise BoxRefused from None
    if not hmac.compare_digest(tag, _tag(key, plain)):
        raise BoxRefused
    return plain.decode().rstrip(" ")


def _derive(secret: bytes, salt: bytes) -> bytes:
    return hmac.digest(secret, _DERIVED + salt, "sha256")


def _part(key: bytes, name: bytes) -> bytes:
    return hmac.digest(key, name, "sha256")


def _tag(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(_part(key, b"tag"), plain, "sha256")
