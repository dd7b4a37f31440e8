"""Root-key providers: the one small interface that wraps and unwraps other keys.

A wrapped key is ``0x01 | 4 bytes root-key id | 12 bytes nonce | AES-256-GCM-SIV(key, context)``.
GCM-SIV (RFC 8452) because one root key wraps a key for each of up to hundreds of millions of
people, and a repeated random nonce must not break it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from aboveboard.basics.errors import AboveboardError

KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + _ID_BYTES
_WRAPPED_BYTES = _HEAD + _NONCE_BYTES + KEY_BYTES + 16


class RootKeyMissing(AboveboardError):
    """The root key {file} cannot be used: {why}."""

    code = "root_key_missing"
    next_step = "{fix}"


class KeyUnwrapFailed(AboveboardError):
    """A wrapped key does not open with this root key: {why}."""

    code = "key_unwrap_failed"
    next_step = "Check that the root key belongs to this database; see: aboveboard doctor"


class RootKeyProvider(Protocol):
    """Wraps 32-byte keys so that only its holder can unwrap them.

    ``context`` is bound, not stored: unwrapping with another context fails. A provider that
    cannot be reached raises ``basics.errors.Unavailable`` and nothing is released.
    """

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key that :meth:`wrap` was given, or raise :class:`KeyUnwrapFailed`."""


class LocalRootKey:
    """A root key in this process's memory."""

    def __init__(self, root: bytes) -> None:
        if len(root) != KEY_BYTES:
            raise ValueError(f"a root key has {KEY_BYTES} bytes, not {len(root)}")
        self._head = _VERSION + hashlib.sha256(b"aboveboard/root-key-id/" + root).digest()[:_ID_BYTES]
        self._cipher = AESGCMSIV(root)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._cipher.encrypt(nonce, key, self._head + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``, or raise :class:`KeyUnwrapFailed`."""
        if len(wrapped) != _WRAPPED_BYTES:
            raise KeyUnwrapFailed(why=f"it has {len(wrapped)} bytes instead of {_WRAPPED_BYTES}")
        if wrapped[:_HEAD] != self._head:
            raise KeyUnwrapFailed(why="it was wrapped by another root key")
        nonce = wrapped[_HEAD : _HEAD + _NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, wrapped[_HEAD + _NONCE_BYTES :], self._head + context)
        except InvalidTag:
            raise KeyUnwrapFailed(why="it was changed, or belongs to somebody else") from None


def from_file(file: Path) -> LocalRootKey:
    """Read a root key made by ``aboveboard init``: 64 hex digits, readable by its owner alone.

    Raises:
        RootKeyMissing: no such file, wrong content, or others may read it.
    """
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RootKeyMissing(file=file.name, why=type(error).__name__, fix="Put the file back from safekeeping.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise RootKeyMissing(file=file.name, why="other users of this machine can read it", fix=f"Run: chmod 600 {file}")
    try:
        return LocalRootKey(bytes.fromhex(text))
    except ValueError:
        raise RootKeyMissing(file=file.name, why="it is not 64 hex digits", fix="Put the file back from safekeeping.") from None
