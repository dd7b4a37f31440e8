"""Wrapping one key with another. Pure: bytes in, bytes out.

A wrapped key is ``0x01 | 4 bytes id of the wrapping key | 12 bytes nonce | AES-256-GCM-SIV(key,
context)``. GCM-SIV (RFC 8452) because one wrapping key wraps a key for each of up to hundreds of
millions of people, and a repeated random nonce must not break it.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from aboveboard.basics.errors import Damaged

KEY_BYTES: Final = 32
ID_BYTES: Final = 4
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_HEAD: Final = len(_VERSION) + ID_BYTES
WRAPPED_BYTES: Final = _HEAD + _NONCE_BYTES + KEY_BYTES + 16


class KeyUnwrapFailed(Damaged):
    """A wrapped key does not open with this root key: {why}."""

    code = "key_unwrap_failed"
    next_step = "Check that the root key belongs to this database; see: aboveboard doctor"


class LocalKey:
    """A key in this process's memory that wraps other keys. ``id`` is the first four
    bytes of a hash of it."""

    __slots__ = ("_cipher", "_head", "id")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self.id = key_id(key)
        self._head = _VERSION + self.id
        self._cipher = AESGCMSIV(key)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._cipher.encrypt(nonce, key, self._head + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``, or raise :class:`KeyUnwrapFailed`."""
        if wrapped_by(wrapped) != self.id:
            raise KeyUnwrapFailed(why="it was wrapped by another root key")
        nonce = wrapped[_HEAD : _HEAD + _NONCE_BYTES]
        try:
            return self._cipher.decrypt(
                nonce, wrapped[_HEAD + _NONCE_BYTES :], self._head + context
            )
        except InvalidTag:
            raise KeyUnwrapFailed(why="it was changed, or belongs to somebody else") from None


def key_id(key: bytes) -> bytes:
    """Return the four bytes that name a key without giving it away."""
    return hashlib.sha256(b"aboveboard/root-key-id/" + key).digest()[:ID_BYTES]


def wrapped_by(wrapped: bytes) -> bytes:
    """Return the id of the key that wrapped this one, read from its head.

    Raises:
        KeyUnwrapFailed: this is no wrapped key.
    """
    if len(wrapped) != WRAPPED_BYTES:
        raise KeyUnwrapFailed(why=f"it has {len(wrapped)} bytes instead of {WRAPPED_BYTES}")
    if wrapped[:1] != _VERSION:
        raise KeyUnwrapFailed(why="it does not start with a known version")
    return wrapped[1:_HEAD]
